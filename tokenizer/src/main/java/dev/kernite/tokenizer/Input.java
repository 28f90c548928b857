package dev.kernite.tokenizer;

/**
 * What to encode: a text, or a pair of texts.
 *
 * @param text the first text
 * @param pair the second text, or null
 */
public record Input(String text, String pair) {
  /** Returns the input of a single text. */
  public static Input of(String text) {
    return new Input(text, null);
  }
}
