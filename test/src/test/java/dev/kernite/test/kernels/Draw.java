package dev.kernite.test.kernels;

import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** Sizes and values for the kernel properties: edges of vectors and chunks, and awkward numbers. */
final class Draw {
  /** What kind of values to draw. */
  enum Kind {
    /** Normal, a few in size. */
    ORDINARY,
    /** Integers from -3 to 3: sums and products are exact, ties and zeros common. */
    INTEGERS,
    /**
     * Ordinary ones among NaN, infinities, signed zeros, subnormals and the largest and smallest.
     */
    EXTREME
  }

  private static final float[] AWKWARD = {
    Float.NaN,
    Float.intBitsToFloat(0xffc1_2345), // a negative NaN with a payload
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    0f,
    -0f,
    Float.MIN_VALUE,
    -Float.MIN_VALUE,
    Float.MIN_NORMAL,
    -Float.MIN_NORMAL,
    Float.MAX_VALUE,
    -Float.MAX_VALUE,
    1e30f,
    -1e30f,
    1e-30f,
    100f,
    -100f,
    88.5f,
    -88.5f,
    -103.9f,
    20f,
    -20f
  };

  private Draw() {}

  /** Lengths of flat arrays: 0, 1, primes, around vectors of 4 to 16 lanes and chunks. */
  static Arbitrary<Integer> lengths() {
    return Arbitraries.oneOf(
        Arbitraries.integers().between(0, 70),
        Arbitraries.of(127, 128, 129, 251, 1009, 4095, 4096, 4097),
        Arbitraries.of(16383, 16384, 16385, 16399, 32768 + 5, 49999));
  }

  /** Small axis lengths, 1 and up. */
  static Arbitrary<Integer> axes() {
    return Arbitraries.oneOf(
        Arbitraries.integers().between(1, 7),
        Arbitraries.of(8, 13, 15, 16, 17, 31, 32, 33, 47, 64, 65));
  }

  /** Numbers of lines, 1 and up, for tests whose cost multiplies. */
  static Arbitrary<Integer> few() {
    return Arbitraries.of(1, 2, 3, 5, 16, 17);
  }

  /** Lengths of rows and lines, 1 and up. */
  static Arbitrary<Integer> rows() {
    return Arbitraries.oneOf(
        Arbitraries.integers().between(1, 40),
        Arbitraries.of(63, 64, 65, 127, 128, 129, 255, 257, 509));
  }

  /** Values of a kind. */
  static float[] values(Random random, int n, Kind kind) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] =
          switch (kind) {
            case ORDINARY -> (float) (2 * random.nextGaussian());
            case INTEGERS -> random.nextInt(7) - 3;
            case EXTREME ->
                random.nextInt(4) == 0
                    ? AWKWARD[random.nextInt(AWKWARD.length)]
                    : (float) (3 * random.nextGaussian());
          };
    }
    return values;
  }

  /** Ordinary values. */
  static float[] values(Random random, int n) {
    return values(random, n, Kind.ORDINARY);
  }

  /** Integers from 0 to bound - 1. */
  static int[] indices(Random random, int n, int bound) {
    int[] values = new int[n];
    for (int i = 0; i < n; i++) {
      values[i] = random.nextInt(bound);
    }
    return values;
  }

  /** The same values in float64. */
  static double[] wide(float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }
}
