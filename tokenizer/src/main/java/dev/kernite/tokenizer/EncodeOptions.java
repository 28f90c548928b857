package dev.kernite.tokenizer;

/**
 * What to do besides cutting a text into tokens.
 *
 * @param addSpecialTokens whether to add the special tokens of the model, such as {@code <s>}
 * @param truncation how to cut what is too long, or null: not at all
 * @param padding how to fill up, or null: not at all
 */
public record EncodeOptions(boolean addSpecialTokens, Truncation truncation, Padding padding) {
  /** With special tokens; neither cut nor padded. */
  public static final EncodeOptions PLAIN = new EncodeOptions(true, null, null);

  /** Returns this with or without special tokens. */
  public EncodeOptions addSpecialTokens(boolean add) {
    return new EncodeOptions(add, truncation, padding);
  }

  /** Returns this with another truncation; null for none. */
  public EncodeOptions truncation(Truncation other) {
    return new EncodeOptions(addSpecialTokens, other, padding);
  }

  /** Returns this with another padding; null for none. */
  public EncodeOptions padding(Padding other) {
    return new EncodeOptions(addSpecialTokens, truncation, other);
  }
}
