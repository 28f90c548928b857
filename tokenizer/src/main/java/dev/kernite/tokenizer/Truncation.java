package dev.kernite.tokenizer;

/**
 * How a text that is too long is cut. What is cut off is kept in {@link Encoding#overflowing()}, in
 * windows of the same length.
 *
 * @param maxLength tokens that may remain, special tokens included
 * @param strategy which of two sequences is cut
 * @param stride how many tokens a window repeats from the one before it; less than the tokens of
 *     the text in a window
 * @param side where tokens are cut off
 */
public record Truncation(int maxLength, Strategy strategy, int stride, Side side) {
  /** Which of two sequences is cut. */
  public enum Strategy {
    /** The longer one, until both are equally long; then both. */
    LONGEST_FIRST,
    /** The first. */
    ONLY_FIRST,
    /** The second. */
    ONLY_SECOND
  }

  /**
   * Checks the lengths.
   *
   * @throws TokenizerException if one is negative
   */
  public Truncation {
    if (maxLength < 0 || stride < 0) {
      throw new TokenizerException(
          "truncation: max length %d and stride %d must not be negative"
              .formatted(maxLength, stride));
    }
  }

  /** Cuts at the end, the longer sequence first, without overlap. */
  public static Truncation to(int maxLength) {
    return new Truncation(maxLength, Strategy.LONGEST_FIRST, 0, Side.RIGHT);
  }

  /** Returns this with another strategy. */
  public Truncation strategy(Strategy other) {
    return new Truncation(maxLength, other, stride, side);
  }

  /** Returns this with another stride. */
  public Truncation stride(int other) {
    return new Truncation(maxLength, strategy, other, side);
  }

  /** Returns this, cutting at another side. */
  public Truncation side(Side other) {
    return new Truncation(maxLength, strategy, stride, other);
  }
}
