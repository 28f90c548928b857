package dev.kernite.tokenizer.pretokenizer;

/**
 * Tells words by where they end: a regular expression whose matches cover every text without a gap,
 * written by hand. An expression is matched once a word, so this is worth it: no backtracking, no
 * objects.
 */
public sealed interface WordScanner permits Cl100kScanner, Gpt2Scanner, O200kScanner {
  /**
   * Returns where the word that begins at {@code start} ends.
   *
   * @param text the {@link dev.kernite.tokenizer.text.CharClass} of each code point, with padding
   * @param start a boundary before {@code end}
   * @param end where the text ends
   */
  int wordEnd(byte[] text, int start, int end);

  /** Returns the scanner that stands for {@code expression}, or null where there is none. */
  static WordScanner of(String expression) {
    return switch (expression) {
      case Gpt2Scanner.EXPRESSION -> new Gpt2Scanner();
      case Cl100kScanner.EXPRESSION -> new Cl100kScanner(true);
      case Cl100kScanner.FIRST_EXPRESSION -> new Cl100kScanner(false);
      case O200kScanner.EXPRESSION -> new O200kScanner();
      default -> null;
    };
  }
}
