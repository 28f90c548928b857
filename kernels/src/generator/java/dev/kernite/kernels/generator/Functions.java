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

  private static final float SQRT_HALF = 0.70710678f;
  private static final float SQRT_2 = 1.41421356f;
  private static final float LN2 = 0.69314718f;

  /** (ln(1 + f) - f + f^2 / 2) / f^3, fitted to a relative error of ln(1 + f) below 6e-9. */
  private static final float[] LOG = {
    -7.635655999e-2f,
    1.276332736e-1f,
    -1.316058189e-1f,
    1.420155317e-1f,
    -1.662329882e-1f,
    2.000123411e-1f,
    -2.500082254e-1f,
    3.333333135e-1f
  };

  private static final float TWO_OVER_PI = 0.63661977f;
  private static final float HALF_PI_HIGH = 1.57079637f;
  private static final float HALF_PI_MIDDLE = -4.37113883e-8f;
  private static final float HALF_PI_LOW = -1.71512451e-15f;

  /** (sin(r) - r) / r^3 in r^2, for |r| up to pi / 4: relative error of sin(r) below 5e-9. */
  private static final float[] SINE = {-1.950874139e-4f, 8.332112804e-3f, -1.666665375e-1f};

  /** (cos(r) - 1 + r^2 / 2) / r^4 in r^2, for |r| up to pi / 4. */
  private static final float[] COSINE = {2.442568075e-5f, -1.388725126e-3f, 4.166664556e-2f};

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

  /** e^x - 1 for x up to {@link #HIGHEST_EXP}, with all digits near 0; NaN stays NaN. */
  static Vec expMinusOne(Code code, Vec x) {
    Parts parts = parts(code, x, BIASED_ROUNDER);
    Vec power = code.let("power", parts.shifted.bits().shiftLeft(23).floats());
    Vec e = parts.rest.fma(power, power.minus(1));
    return code.let("e", e.where(x.below(LOWEST_EXP), -1));
  }

  /** ln(1 + f) for f from sqrt(1/2) - 1 to sqrt(2) - 1, with all digits near 0. */
  private static Vec logNearOne(Code code, Vec f) {
    Vec p = polynomial(code, "p", f, LOG);
    Vec square = code.let("square", f.times(f));
    return code.let("near", p.times(f).fma(square, square.times(-0.5f)).plus(f));
  }

  /** x = 2^k (1 + f). */
  private record Binary(Vec k, Vec f) {}

  private static Binary binary(Code code, Vec x) {
    Ints bits = code.let("bits", x.bits());
    Ints k = code.let("exponent", bits.minus(Float.floatToRawIntBits(SQRT_HALF)).shiftRight(23));
    Vec f = code.let("f", bits.minus(k.shiftLeft(23)).floats().minus(1));
    Ints magic = k.plus(Float.floatToRawIntBits(ROUNDER)); // its low bits are k
    return new Binary(code.let("power", magic.floats().minus(ROUNDER)), f);
  }

  /** ln(x), relative error below 2e-7; -infinity at 0, NaN below. */
  static Vec log(Code code, Vec x) {
    Vec.Test tiny = code.let("tiny", x.below("Float.MIN_NORMAL"));
    Binary binary = binary(code, code.let("v", x.where(tiny, x.times(0x1p24f))));
    Vec k = code.let("k", binary.k.where(tiny, binary.k.minus(24)));
    Vec near = logNearOne(code, binary.f);
    Vec y = k.fma(LN2_HIGH, k.fma(LN2_LOW, near));
    return x.where(x.below("Float.POSITIVE_INFINITY"), y) // NaN and infinity stay
        .where(x.equalTo(0), "Float.NEGATIVE_INFINITY")
        .where(x.below(0), "Float.NaN");
  }

  /** ln(1 + z) for z from 0 to 1; NaN stays NaN. */
  static Vec logOnePlus(Code code, Vec z) {
    Vec.Test big = code.let("big", z.above(SQRT_2 - 1));
    Vec half = z.minus(1).times(0.5f); // 1 + z = 2 (1 + half)
    Vec near = logNearOne(code, code.let("f", z.where(big, half)));
    return near.where(big, near.plus(LN2));
  }

  /** ln(1 - x) for x from 0 to 1, -infinity at 1, NaN outside. */
  static Vec logOneMinus(Code code, Vec x) {
    Vec rest = code.let("rest", Vec.all(1).minus(x));
    Binary binary = binary(code, rest);
    Vec f = code.let("f", binary.f.where(x.atMost(1 - SQRT_HALF), x.negative()));
    Vec near = logNearOne(code, f);
    Vec y = binary.k.fma(LN2_HIGH, binary.k.fma(LN2_LOW, near));
    return x.where(x.atLeast(0), y)
        .where(x.below(0), "Float.NaN")
        .where(x.equalTo(1), "Float.NEGATIVE_INFINITY")
        .where(x.above(1), "Float.NaN");
  }

  /**
   * sin(x + quarters pi / 2) for |x| up to 1e5, with all digits near its zeros: pi / 2 is taken off
   * in three parts (Cody and Waite 1980).
   */
  static Vec sine(Code code, Vec x, int quarters) {
    Vec t = code.let("t", x.fma(TWO_OVER_PI, ROUNDER));
    Vec k = code.let("k", t.minus(ROUNDER));
    Vec r = k.fma(-HALF_PI_LOW, k.fma(-HALF_PI_MIDDLE, k.fma(-HALF_PI_HIGH, x)));
    r = code.let("r", r);
    Vec square = code.let("square", r.times(r));
    Vec s = polynomial(code, "s", square, SINE);
    Vec sine = code.let("sine", s.times(square).fma(r, r));
    Vec c = polynomial(code, "c", square, COSINE);
    Vec cosine = code.let("cosine", c.fma(square, -0.5f).fma(square, 1));
    Ints quarter = t.bits();
    if (quarters != 0) {
      quarter = quarter.plus(quarters);
    }
    quarter = code.let("quarter", quarter);
    // An odd quarter, its lowest bit taken for a sign, makes -1.
    Vec odd = quarter.shiftLeft(31).xor(Float.floatToRawIntBits(1)).floats();
    Vec size = code.let("size", sine.where(odd.below(0), cosine));
    return size.bits().xor(quarter.and(2).shiftLeft(30)).floats();
  }

  /** x between two bounds; NaN stays NaN, which min and max would not promise. */
  static Vec clamp(Code code, Vec x, float low, float high) {
    Vec c = code.let("c", x.where(x.below(low), low));
    return code.let("c", c.where(c.above(high), high));
  }
}
