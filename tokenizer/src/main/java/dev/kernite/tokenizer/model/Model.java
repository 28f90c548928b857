package dev.kernite.tokenizer.model;

/** Cuts one word into the tokens of a vocabulary. */
public sealed interface Model permits Bpe, SentencePieceBpe, Unigram, WordLevel, WordPiece {

  /**
   * Appends the tokens of one word to {@code out}.
   *
   * @param text code points
   * @param start where the word begins
   * @param end where the word ends, exclusive
   */
  void tokenize(int[] text, int start, int end, ModelTokens out);

  /** Returns the vocabulary. */
  Vocabulary vocabulary();

  /**
   * Returns the id of which each token is shown as the text it stands for and not as it is in the
   * vocabulary, or {@link Vocabulary#NONE}.
   */
  default int verbatimId() {
    return Vocabulary.NONE;
  }
}
