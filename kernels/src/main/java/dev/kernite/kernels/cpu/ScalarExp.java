package dev.kernite.kernels.cpu;

/**
 * The exponential function for arguments up to 0, with a relative error below 1.2e-7: 2^n e^r with
 * n the nearest integer to x / ln 2, and a polynomial in r of degree 6. Below {@link #UNDERFLOW} it
 * is 0. The vector kernels perform these steps too (Functions of the generator) and get the same
 * bits.
 */
final class ScalarExp {
  /** Less than this gives 0; about -126 ln 2. */
  private static final float UNDERFLOW = -87.33654f;

  private static final float LOG2_E = 1.44269504f;

  /**
   * Adding 1.5 2^23 rounds to an integer and leaves it in the low bits; the 127 more is the bias of
   * the exponent, so that these bits, shifted, are the float 2^n.
   */
  private static final float ROUND = 0x1.8p23f + 127;

  private static final float LN2_HIGH = 0.693359375f;
  private static final float LN2_LOW = -2.12194440e-4f;
  private static final int EXPONENT_SHIFT = 23;

  private static final float C2 = 4.9999994040e-1f;
  private static final float C3 = 1.6666521132e-1f;
  private static final float C4 = 4.1668388993e-2f;
  private static final float C5 = 8.3687454462e-3f;
  private static final float C6 = 1.3814540580e-3f;

  private ScalarExp() {}

  /** e^x for x up to 0; NaN gives NaN. */
  static float exp(float x) {
    if (x < UNDERFLOW) {
      return 0;
    }
    float shifted = Math.fma(x, LOG2_E, ROUND);
    float n = shifted - ROUND;
    float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, x));
    float p = Math.fma(C6, r, C5);
    p = Math.fma(p, r, C4);
    p = Math.fma(p, r, C3);
    p = Math.fma(p, r, C2);
    p = Math.fma(p, r * r, r);
    float power = Float.intBitsToFloat(Float.floatToRawIntBits(shifted) << EXPONENT_SHIFT);
    return Math.fma(p, power, power);
  }
}
