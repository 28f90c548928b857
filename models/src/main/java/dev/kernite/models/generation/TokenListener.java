package dev.kernite.models.generation;

/**
 * Told of every token as it is chosen, for streaming. Greedy search and sampling only: beam search
 * knows its tokens at the end.
 */
@FunctionalInterface
public interface TokenListener {

  /**
   * Called on the generating thread, between two steps of the model.
   *
   * @param sequence index of the sequence in the result
   * @param token the new token, the end token included
   */
  void token(int sequence, int token);
}
