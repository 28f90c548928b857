package dev.kernite.test.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import dev.kernite.engine.Tensor;

/** Comparisons of float32 results with float64 truth; NaN and infinities must match in place. */
final class Close {
  private static final double UNIT = 0x1p-24;

  /** Near the smallest normal float32 (1.2e-38) kernels may round to 0. */
  private static final double TINY = 1e-36;

  private Close() {}

  /** Asserts that errors are at most {@code units} 2^-24 of each value's magnitude. */
  static void checkUnits(
      String what, NdArray expected, NdArray magnitude, Tensor actual, double units) {
    assertEquals(expected.shape(), actual.shape(), what + ": shape");
    float[] got = actual.toFloats();
    for (int i = 0; i < got.length; i++) {
      double allowed = units * UNIT * magnitude.values()[i] + TINY;
      check(what + " at " + i, expected.values()[i], got[i], allowed);
    }
  }

  /** Asserts {@code |actual - expected| <= relative |expected| + absolute} everywhere. */
  static void check(
      String what, NdArray expected, Tensor actual, double relative, double absolute) {
    assertEquals(expected.shape(), actual.shape(), what + ": shape");
    float[] got = actual.toFloats();
    for (int i = 0; i < got.length; i++) {
      double truth = expected.values()[i];
      check(what + " at " + i, truth, got[i], relative * Math.abs(truth) + absolute);
    }
  }

  private static void check(String what, double expected, float actual, double allowed) {
    double rounded = (float) expected; // what float32 cannot hold is infinite there
    if (Double.isNaN(rounded) || Double.isInfinite(rounded)) {
      if (Double.compare(rounded, actual) != 0) {
        fail(what + ": expected " + rounded + ", got " + actual);
      }
    } else if (!(Math.abs(actual - expected) <= allowed)) {
      fail(
          "%s: expected %s, got %s: off by %.3g, allowed %.3g"
              .formatted(what, expected, actual, Math.abs(actual - expected), allowed));
    }
  }
}
