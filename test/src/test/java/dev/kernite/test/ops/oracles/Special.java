package dev.kernite.test.ops.oracles;

/** Functions that Java has not, in float64. */
public final class Special {
  private static final double BY_SERIES = 2.5;

  private Special() {}

  /** 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x. */
  public static double erf(double x) {
    if (Double.isNaN(x)) {
      return x;
    }
    return Math.abs(x) < BY_SERIES ? series(x) : Math.signum(x) * (1 - tail(Math.abs(x)));
  }

  /** 1 - erf(x), without cancellation for large x. */
  public static double erfc(double x) {
    if (Double.isNaN(x) || Math.abs(x) < BY_SERIES) {
      return 1 - erf(x);
    }
    return x > 0 ? tail(x) : 2 - tail(-x);
  }

  /** The Taylor series (Abramowitz and Stegun 7.1.5). */
  private static double series(double x) {
    double term = x;
    double sum = x;
    for (int n = 1; n < 100; n++) {
      term *= -x * x / n;
      sum += term / (2 * n + 1);
    }
    return 2 / Math.sqrt(Math.PI) * sum;
  }

  /**
   * The continued fraction of erfc for large x (Abramowitz and Stegun 7.1.14), from its far end.
   */
  private static double tail(double x) {
    double fraction = x;
    for (int n = 100; n > 0; n--) {
      fraction = x + n / 2.0 / fraction;
    }
    return Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction;
  }
}
