package dev.kernite.kernels.generator;

/**
 * Mathematical functions spelled out for the kernel at hand. Each writes the lines that compute it
 * and returns the local variable with the result.
 */
final class Functions {
  /** Below it, e^x is subnormal; kernels take 0. */
  static final float LOWEST_EXP = -87.33654f;

  /** Above it, 2^k overflows. */
  static final float HIGHEST_EXP = 88.37f;

  private static final float LOG2_E = 1.44269504f;
  private static final float LN2_HIGH = 0.693359375f;
  private static final float LN2_LOW = -2.12194440e-4f;

  /** Adding it rounds to an integer, which is then in the low bits. */
  private static final float ROUNDER = 0x1.8p23f;

  /** The same with the bias of the exponent: those bits, shifted, are the float 2^k. */
  private static final float BIASED_ROUNDER = ROUNDER + 127;

  /**
   * (e^r - 1 - r) / r^2 for |r| up to ln(2) / 2, fitted so that the relative error of e^r is below
   * 4e-9 before rounding. {@code ScalarExp} takes the same steps and has the same bits.
   */
  private static final float[] EXP = {
    1.3814540580e-3f, 8.3687454462e-3f, 4.1668388993e-2f, 1.6666521132e-1f, 4.9999994040e-1f
  };

  private Functions() {}

  /** A polynomial, its coefficients given from the highest power down. */
  static Vec polynomial(Code code, String name, Vec x, float... coefficients) {
    Vec sum = Vec.all(coefficients[0]);
    for (int i = 1; i < coefficients.length; i++) {
      sum = sum.fma(x, coefficients[i]);
    }
    return code.let(name, sum);
  }

  /**
   * e^x in two parts: x = k ln(2) + r.
   *
   * @param shifted holds k in its low bits
   * @param rest e^r - 1
   */
  private record Parts(Vec shifted, Vec rest) {}

  private static Parts parts(Code code, Vec x, float rounder) {
    Vec t = code.let("t", x.fma(LOG2_E, rounder));
    Vec k = code.let("k", t.minus(rounder));
    Vec r = code.let("r", k.fma(-LN2_LOW, k.fma(-LN2_HIGH, x))); // ln 2 in two, to keep digits
    Vec p = polynomial(code, "p", r, EXP);
    return new Parts(t, code.let("q", p.fma(r.times(r), r)));
  }

  /**
   * e^x with a relative error below 1.2e-7, for x from {@link #LOWEST_EXP} to {@link #HIGHEST_EXP};
   * NaN stays NaN, other values give anything.
   */
  static Vec exp(Code code, Vec x) {
    Parts parts = parts(code, x, BIASED_ROUNDER);
    Vec power = code.let("power", parts.shifted.bits().shiftLeft(23).floats());
    return code.let("e", parts.rest.fma(power, power));
  }

  /** e^x for x up to {@link #HIGHEST_EXP}, 0 where that is subnormal. */
  static Vec expOrZero(Code code, Vec x) {
    return exp(code, x).where(x.below(LOWEST_EXP), 0);
  }

  /** e^x, 0 where that is subnormal, and infinity from {@link #HIGHEST_EXP} on. */
  static Vec expOrLimit(Code code, Vec x) {
    return expOrZero(code, x).where(x.above(HIGHEST_EXP), "Float.POSITIVE_INFINITY");
  }

  /** e^x for any x: 2^k is taken in two factors, for the sake of subnormal results. */
  static Vec expOfAny(Code code, Vec x) {
    Vec w = clamp(code, x, -104, 89); // 0 below, infinity above
    Parts parts = parts(code, w, ROUNDER);
    Ints k = code.let("n", parts.shifted.bits().minus(Float.floatToRawIntBits(ROUNDER)));
    Ints half = code.let("half", k.shiftRight(1));
    Vec first = half.plus(127).shiftLeft(23).floats();
    Vec second = k.minus(half).plus(127).shiftLeft(23).floats();
    return code.let("e", parts.rest.plus(1).times(first).times(second));
  }

  /** x between two bounds; NaN stays NaN, which min and max would not promise. */
  static Vec clamp(Code code, Vec x, float low, float high) {
    Vec c = code.let("c", x.where(x.below(low), low));
    return code.let("c", c.where(c.above(high), high));
  }
}
