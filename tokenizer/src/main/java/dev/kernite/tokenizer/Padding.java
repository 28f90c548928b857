package dev.kernite.tokenizer;

/**
 * How encodings are filled up to one length.
 *
 * @param length tokens to fill up to, or {@link #LONGEST}: to the longest encoding of the batch
 * @param multipleOf the length is raised to a multiple of this; 0 or 1 for any length
 * @param side where padding is put
 * @param id the id of the padding token
 * @param typeId its type id
 * @param token the padding token, or null: the one of the tokenizer, with its id
 */
public record Padding(int length, int multipleOf, Side side, int id, int typeId, String token) {
  /** The {@link #length} that stands for the longest encoding of the batch. */
  public static final int LONGEST = -1;

  /**
   * Checks the lengths.
   *
   * @throws TokenizerException if one is negative
   */
  public Padding {
    if (length < LONGEST || multipleOf < 0) {
      throw new TokenizerException(
          "padding: length %d and multiple %d must not be negative".formatted(length, multipleOf));
    }
  }

  /** Pads at the end to the longest encoding of a batch, with the tokenizer's padding token. */
  public static Padding longest() {
    return new Padding(LONGEST, 0, Side.RIGHT, 0, 0, null);
  }

  /** Pads at the end to {@code length} tokens, with the tokenizer's padding token. */
  public static Padding to(int length) {
    return new Padding(length, 0, Side.RIGHT, 0, 0, null);
  }

  /** Returns this with its length raised to a multiple of {@code n}. */
  public Padding multipleOf(int n) {
    return new Padding(length, n, side, id, typeId, token);
  }

  /** Returns this with padding at another side. */
  public Padding side(Side other) {
    return new Padding(length, multipleOf, other, id, typeId, token);
  }

  /** Returns this with another padding token. */
  public Padding token(String other, int otherId) {
    return new Padding(length, multipleOf, side, otherId, typeId, other);
  }
}
