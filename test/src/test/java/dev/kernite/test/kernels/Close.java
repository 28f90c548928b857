package dev.kernite.test.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

/** Comparisons of float32 results with float64 truth. NaN and infinities must match in place. */
final class Close {
  private Close() {}

  /** Asserts {@code |actual - expected| <= relative |expected| + absolute} everywhere. */
  static void check(
      String what, double[] expected, float[] actual, double relative, double absolute) {
    assertEquals(expected.length, actual.length, what + ": number of values");
    for (int i = 0; i < expected.length; i++) {
      check(what + "[" + i + "]", expected[i], actual[i], relative, absolute);
    }
  }

  /** Asserts {@code |actual - expected| <= relative |expected| + absolute}. */
  static void check(String what, double expected, float actual, double relative, double absolute) {
    // What float32 cannot hold is infinite there, and rightly so.
    double rounded = (float) expected;
    if (Double.isNaN(rounded) || Double.isInfinite(rounded)) {
      if (Double.compare(rounded, actual) != 0) {
        fail(what + ": expected " + rounded + ", got " + actual);
      }
      return;
    }
    double tolerance = relative * Math.abs(expected) + absolute;
    if (!(Math.abs(actual - expected) <= tolerance)) {
      fail(
          "%s: expected %s, got %s: off by %.3g, allowed %.3g"
              .formatted(what, expected, actual, Math.abs(actual - expected), tolerance));
    }
  }

  /** Compares losses one by one (divisor 0), or their sum over the divisor. */
  static void checkReduced(
      String what,
      double[] expected,
      float[] losses,
      double divisor,
      double relative,
      double absolute) {
    if (divisor == 0) {
      check(what, expected, losses, relative, absolute);
      return;
    }
    double sum = 0;
    for (float loss : losses) {
      sum += loss;
    }
    check(what, expected[0], (float) (sum / divisor), relative, absolute);
  }
}
