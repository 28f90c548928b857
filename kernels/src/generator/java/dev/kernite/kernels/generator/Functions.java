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
  private static final float ROUNDER = 0x1.8p23f;
  private static final float LN2_HIGH = 0.693359375f;
  private static final float LN2_LOW = -2.12194440e-4f;

  /** Minimax polynomial of (e^r - 1 - r) / r^2 for |r| up to ln(2) / 2 (Cephes, Moshier 1992). */
  private static final float[] EXP = {
    1.9875691500e-4f,
    1.3981999507e-3f,
    8.3334519073e-3f,
    4.1665795894e-2f,
    1.6666665459e-1f,
    5.0000001201e-1f
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
   * e^x in two parts: 2^k and e^r, where x = k ln(2) + r.
   *
   * @param shifted holds k in its low bits: adding 1.5 * 2^23 rounds to an integer
   * @param mantissa e^r
   */
  private record Parts(Vec shifted, Vec mantissa) {}

  private static Parts parts(Code code, Vec x) {
    Vec t = code.let("t", x.fma(LOG2_E, ROUNDER));
    Vec k = code.let("k", t.minus(ROUNDER));
    Vec r = code.let("r", k.fma(-LN2_LOW, k.fma(-LN2_HIGH, x))); // ln 2 in two, to keep digits
    Vec p = polynomial(code, "p", r, EXP);
    return new Parts(t, p.fma(r.times(r), r).plus(1));
  }

  /**
   * e^x with a relative error below 1.2e-7, for x from {@link #LOWEST_EXP} to {@link #HIGHEST_EXP};
   * NaN stays NaN.
   */
  static Vec exp(Code code, Vec x) {
    Parts parts = parts(code, x);
    String power =
        "%s.reinterpretAsInts().lanewise(LSHL, 23).add(0x3f800000).reinterpretAsFloats()";
    return code.let("e", parts.mantissa.times(new Vec(power.formatted(parts.shifted.code()))));
  }

  /** e^x for any x: 2^k is taken in two factors, for the sake of subnormal results. */
  static Vec expOfAny(Code code, Vec x) {
    Vec w = code.let("w", clamp(code, x, -104, 89)); // 0 below, infinity above
    Parts parts = parts(code, w);
    String power = code.fresh("power");
    String half = code.fresh("half");
    String scale = "%s.add(127).lanewise(LSHL, 23).reinterpretAsFloats()";
    code.line(
        "IntVector %s = %s.reinterpretAsInts().sub(0x4b400000);", power, parts.shifted.code());
    code.line("IntVector %s = %s.lanewise(ASHR, 1);", half, power);
    Vec first = new Vec(scale.formatted(half));
    Vec second = new Vec(scale.formatted(power + ".sub(" + half + ")"));
    return code.let("e", parts.mantissa.times(first).times(second));
  }

  /** x between two bounds; NaN stays NaN, which min and max would not promise. */
  static Vec clamp(Code code, Vec x, float low, float high) {
    Vec c = code.let("c", x.where(x.below(low), low));
    return code.let("c", c.where(c.above(high), high));
  }
}
