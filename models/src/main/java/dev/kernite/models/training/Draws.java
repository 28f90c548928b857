package dev.kernite.models.training;

import dev.kernite.kernels.Philox;

/**
 * Random choices that follow from a seed and a place alone (Philox4x32-10), not from what was drawn
 * before: any of them can be made at any time, which makes resuming exact. Not safe for use by
 * several threads.
 */
public final class Draws {
  private final long seed;
  private final long stream;
  private final int[] words = new int[4];

  /**
   * Draws nothing yet.
   *
   * @param stream apart from those of all else that is drawn with this seed
   */
  public Draws(long seed, long stream) {
    this.seed = seed;
    this.stream = stream;
  }

  /**
   * A number from 0 to bound - 1; of 64 random bits, so that its bias is below 2^-32.
   *
   * @param block which number of the stream
   */
  public int below(int bound, long block) {
    Philox.block(seed, stream, block, words);
    long bits = (long) words[0] << 32 | words[1] & 0xFFFFFFFFL;
    return (int) Math.unsignedMultiplyHigh(bits, bound);
  }

  /** A number from 0 to below 1, as {@link #below}. */
  public double uniform(long block) {
    Philox.block(seed, stream, block, words);
    return Philox.uniformDouble(words[0], words[1]);
  }

  /**
   * The numbers from 0 to n - 1 in random order (Fisher and Yates, Durstenfeld 1964).
   *
   * @param firstBlock the first of n numbers of the stream to use
   */
  public int[] permutation(int n, long firstBlock) {
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      int j = below(i + 1, firstBlock + i);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }
}
