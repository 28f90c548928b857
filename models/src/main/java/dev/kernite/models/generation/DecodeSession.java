package dev.kernite.models.generation;

/**
 * A causal (or encoder-decoder) model in the middle of generation: it is fed tokens, answers with
 * the logits of the next token, and owns its key-value cache. A session belongs to one thread and
 * one generation: {@link #prefill} once, then {@link #select} and {@link #step} as often as needed.
 */
public interface DecodeSession extends AutoCloseable {

  /** Number of tokens in the vocabulary: the length of a row of logits. */
  int vocabSize();

  /**
   * The most positions a row can hold, padding included; Integer.MAX_VALUE where there is no limit.
   */
  int maxPositions();

  /**
   * Feeds the prompts.
   *
   * @param ids tokens as [rows][time], all rows of the same length after left padding
   * @param mask true where {@code ids} holds a real token, false on padding
   * @return logits after the last position, [rows, vocab] row-major; the session's own array, valid
   *     until the next call
   */
  float[] prefill(int[][] ids, boolean[][] mask);

  /**
   * Feeds one token to every row.
   *
   * @param tokens one token a row
   * @return logits after that token, as for {@link #prefill}
   */
  float[] step(int[] tokens);

  /**
   * Feeds one token to every row, as {@link #step}, where only the best next tokens are wanted: the
   * logits need not leave the device.
   *
   * @param tokens one token a row
   * @return the token of each row with the largest logit, the lowest such token where several share
   *     it
   */
  default int[] stepGreedy(int[] tokens) {
    float[] logits = step(tokens);
    NextTokenScores scores = new NextTokenScores(vocabSize());
    int[] best = new int[tokens.length];
    for (int r = 0; r < best.length; r++) {
      scores.load(logits, r * vocabSize(), tokens, 0);
      best[r] = scores.argMax();
    }
    return best;
  }

  /**
   * Reorders, repeats or drops rows: afterwards row {@code r} continues what was row {@code
   * rows[r]}. The number of rows may change.
   *
   * @param rows the old row behind each new row
   */
  void select(int[] rows);

  /** Releases the cache. */
  @Override
  void close();
}
