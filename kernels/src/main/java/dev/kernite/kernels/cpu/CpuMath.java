package dev.kernite.kernels.cpu;

/** Functions that {@link Math} lacks, in float64. */
final class CpuMath {
  static final double SQRT_HALF = 0.70710678118654752440;
  static final double TWO_OVER_SQRT_PI = 1.12837916709551257390;
  private static final double ONE_OVER_SQRT_PI = 0.56418958354775628695;

  // Coefficients of W. J. Cody, "Rational Chebyshev approximations for the error function",
  // Mathematics of Computation 23 (1969), for |x| <= 0.46875, up to 4, and beyond.
  private static final double[] NEAR_NUMERATOR = {
    1.85777706184603153e-1,
    3.16112374387056560e0,
    1.13864154151050156e2,
    3.77485237685302021e2,
    3.20937758913846947e3
  };
  private static final double[] NEAR_DENOMINATOR = {
    1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3
  };
  private static final double[] MIDDLE_NUMERATOR = {
    2.15311535474403846e-8,
    5.64188496988670089e-1,
    8.88314979438837594e0,
    6.61191906371416295e1,
    2.98635138197400131e2,
    8.81952221241769090e2,
    1.71204761263407058e3,
    2.05107837782607147e3,
    1.23033935479799725e3
  };
  private static final double[] MIDDLE_DENOMINATOR = {
    1.0,
    1.57449261107098347e1,
    1.17693950891312499e2,
    5.37181101862009858e2,
    1.62138957456669019e3,
    3.29079923573345963e3,
    4.36261909014324716e3,
    3.43936767414372164e3,
    1.23033935480374942e3
  };
  private static final double[] FAR_NUMERATOR = {
    1.63153871373020978e-2,
    3.05326634961232344e-1,
    3.60344899949804439e-1,
    1.25781726111229246e-1,
    1.60837851487422766e-2,
    6.58749161529837803e-4
  };
  private static final double[] FAR_DENOMINATOR = {
    1.0,
    2.56852019228982242e0,
    1.87295284992346725e0,
    5.27905102951428412e-1,
    6.05183413124413191e-2,
    2.33520497626869185e-3
  };

  private CpuMath() {}

  /** Gauss error function, to about 1e-15. */
  static double erf(double x) {
    double size = Math.abs(x);
    if (size <= 0.46875) {
      return nearErf(x);
    }
    return Math.copySign(1 - upperErfc(size), x);
  }

  /** 1 - erf(x), to about 1e-13 of its value however small. */
  static double erfc(double x) {
    double size = Math.abs(x);
    if (size <= 0.46875) {
      return 1 - nearErf(x);
    }
    double upper = upperErfc(size);
    return x > 0 ? upper : 2 - upper;
  }

  /** 1 / (1 + e^-x). */
  static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  private static double nearErf(double x) {
    double square = x * x;
    return x * horner(NEAR_NUMERATOR, square) / horner(NEAR_DENOMINATOR, square);
  }

  /** erfc of x > 0.46875 (or NaN). */
  private static double upperErfc(double x) {
    if (x > 27) {
      return 0; // below the smallest float64
    }
    double scaled;
    if (x <= 4) {
      scaled = horner(MIDDLE_NUMERATOR, x) / horner(MIDDLE_DENOMINATOR, x);
    } else {
      double z = 1 / (x * x);
      scaled = (ONE_OVER_SQRT_PI - z * horner(FAR_NUMERATOR, z) / horner(FAR_DENOMINATOR, z)) / x;
    }
    return Math.exp(-x * x) * scaled;
  }

  /** The polynomial with these coefficients, highest power first. */
  private static double horner(double[] coefficients, double x) {
    double value = coefficients[0];
    for (int i = 1; i < coefficients.length; i++) {
      value = value * x + coefficients[i];
    }
    return value;
  }
}
