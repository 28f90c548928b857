package dev.kernite.test.kernels;

/**
 * The complementary error function in float64 by two textbook expansions (Abramowitz and Stegun
 * 7.1.6 and 7.1.14), unlike what the kernels use.
 */
final class Erf {
  private Erf() {}

  static double erfc(double x) {
    if (x < 0) {
      return 2 - erfc(-x);
    }
    if (!(x <= 27)) {
      return x > 27 ? 0 : Double.NaN;
    }
    return x < 2 ? 1 - series(x) : fraction(x);
  }

  /** erf x = 2 / sqrt(pi) exp(-x^2) sum of 2^n x^(2 n + 1) / (1 3 ... (2 n + 1)). */
  private static double series(double x) {
    double term = x;
    double sum = x;
    for (int n = 1; n < 100; n++) {
      term *= 2 * x * x / (2 * n + 1);
      sum += term;
    }
    return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
  }

  /** erfc x = exp(-x^2) / sqrt(pi) / (x + (1/2) / (x + 1 / (x + (3/2) / (x + ...)))). */
  private static double fraction(double x) {
    double tail = x;
    for (int n = 200; n > 0; n--) {
      tail = x + n / 2.0 / tail;
    }
    return Math.exp(-x * x) / Math.sqrt(Math.PI) / tail;
  }
}
