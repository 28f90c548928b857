package dev.kernite.kernels;

/**
 * Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random
 * numbers: as easy as 1, 2, 3" (SC 2011).
 *
 * <p>There is no state: a 64-bit key and a 128-bit counter name a block of four 32-bit words, so
 * any element of any stream can be computed alone, in any order, on any device. Kernite uses the
 * key for the user's seed and splits the counter in two: the low 64 bits count blocks, the high 64
 * bits name an independent stream (a dropout call, a tensor to initialise, a generation step).
 * Element {@code i} of a stream is word {@code i % 4} of block {@code i / 4}; every backend fills
 * tensors in that order.
 */
public final class Philox {
  private static final int MULTIPLIER_0 = 0xD2511F53;
  private static final int MULTIPLIER_1 = 0xCD9E8D57;
  private static final int WEYL_0 = 0x9E3779B9; // golden ratio
  private static final int WEYL_1 = 0xBB67AE85; // sqrt(3) - 1
  private static final int ROUNDS = 10;
  private static final float ULP_24 = 0x1p-24f;

  private Philox() {}

  /**
   * Computes one block of four words.
   *
   * @param key the seed; its low half is key word 0
   * @param stream the high 64 bits of the counter: words 2 (low half) and 3
   * @param block the low 64 bits of the counter: words 0 (low half) and 1
   * @param out receives the four words at 0 to 3
   */
  public static void block(long key, long stream, long block, int[] out) {
    int k0 = (int) key;
    int k1 = (int) (key >>> 32);
    int c0 = (int) block;
    int c1 = (int) (block >>> 32);
    int c2 = (int) stream;
    int c3 = (int) (stream >>> 32);
    for (int round = 0; round < ROUNDS; round++) {
      long p0 = (MULTIPLIER_0 & 0xFFFFFFFFL) * (c0 & 0xFFFFFFFFL);
      long p1 = (MULTIPLIER_1 & 0xFFFFFFFFL) * (c2 & 0xFFFFFFFFL);
      c0 = (int) (p1 >>> 32) ^ c1 ^ k0;
      c1 = (int) p1;
      c2 = (int) (p0 >>> 32) ^ c3 ^ k1;
      c3 = (int) p0;
      k0 += WEYL_0;
      k1 += WEYL_1;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
  }

  /**
   * Returns one element of a stream: 32 uniformly random bits. A caller that wants many neighbours
   * should ask for whole {@linkplain #block blocks}.
   *
   * @param key the seed
   * @param stream the stream's name
   * @param index the element, 0 or more
   */
  public static int word(long key, long stream, long index) {
    int[] words = new int[4];
    block(key, stream, index >>> 2, words);
    return words[(int) (index & 3)];
  }

  /**
   * Maps 32 random bits to a float in [0, 1): the high 24 bits times 2^-24, so every value is exact
   * and equally likely.
   *
   * @param bits random bits
   */
  public static float uniform(int bits) {
    return (bits >>> 8) * ULP_24;
  }

  /**
   * Maps 32 random bits to a float in (0, 1], for use under a logarithm: {@link #uniform} plus
   * 2^-24.
   *
   * @param bits random bits
   */
  public static float uniformPositive(int bits) {
    return ((bits >>> 8) + 1) * ULP_24;
  }

  /**
   * Maps two words to a double in [0, 1): 53 bits, the first word above the second.
   *
   * @param high random bits
   * @param low random bits
   */
  public static double uniformDouble(int high, int low) {
    return (((long) high << 32 | low & 0xFFFFFFFFL) >>> 11) * 0x1p-53;
  }

  /**
   * Maps two words to the first of two independent standard normal values (Box and Muller 1958):
   * sqrt(-2 ln u) cos(2 pi v) with u = {@link #uniformPositive} of the first word and v = {@link
   * #uniform} of the second. Computed in double and rounded once, with {@link StrictMath}, so the
   * bits do not depend on the machine. A stream of normals takes words 0 and 1 of a block for
   * elements 0 (cosine) and 1 (sine), words 2 and 3 for elements 2 and 3.
   *
   * @param first the word that sets the radius
   * @param second the word that sets the angle
   */
  public static float normalCos(int first, int second) {
    return (float) (radius(first) * StrictMath.cos(angle(second)));
  }

  /**
   * Maps two words to the second of the two values of {@link #normalCos}: sqrt(-2 ln u) sin(2 pi
   * v).
   *
   * @param first the word that sets the radius
   * @param second the word that sets the angle
   */
  public static float normalSin(int first, int second) {
    return (float) (radius(first) * StrictMath.sin(angle(second)));
  }

  private static double radius(int bits) {
    return StrictMath.sqrt(-2.0 * StrictMath.log(uniformPositive(bits)));
  }

  private static double angle(int bits) {
    return 2.0 * Math.PI * uniform(bits);
  }
}
