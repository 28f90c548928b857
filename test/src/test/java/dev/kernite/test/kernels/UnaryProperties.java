package dev.kernite.test.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.kernels.Backend;
import dev.kernite.kernels.UnaryFunction;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every function of one value against its definition in float64. */
@Tag("device")
final class UnaryProperties {
  /** A few units in the last place, and what flushing subnormals to zero may cost. */
  private static final double RELATIVE = 1.5e-6;

  private static final double ABSOLUTE = 2e-36;

  @Provide
  Arbitrary<Integer> lengths() {
    return Draw.lengths();
  }

  /** The tail of GELU's tanh form is an exponential, which magnifies its argument's rounding. */
  private static double relative(UnaryFunction f, double x) {
    boolean tail = f == UnaryFunction.GELU_TANH && x < 0;
    return tail ? RELATIVE + 1.5e-7 * Math.min(90, 1.6 * (-x + 0.044715 * -x * x * x)) : RELATIVE;
  }

  /** Parameters that each function makes sense with. */
  private static float p(UnaryFunction f) {
    return switch (f) {
      case LEAKY_RELU -> 0.2f;
      case ELU, SOFTPLUS -> 1.5f;
      case CLAMP -> -0.5f;
      default -> Float.NaN; // must not be read
    };
  }

  private static float q(UnaryFunction f) {
    return switch (f) {
      case SOFTPLUS -> 20;
      case CLAMP -> 0.75f;
      default -> Float.NaN;
    };
  }

  /** The definitions of {@link UnaryFunction}. */
  private static double oracle(UnaryFunction f, double x, double p, double q) {
    return switch (f) {
      case RELU -> Math.max(x, 0);
      case LEAKY_RELU -> x >= 0 ? x : p * x;
      case ELU -> x > 0 ? x : p * Math.expm1(x);
      // (1 + tanh(u)) / 2 = 1 / (1 + exp(-2 u)), which does not cancel
      case GELU_TANH ->
          x / (1 + Math.exp(-2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
      case GELU_ERF -> x * 0.5 * Erf.erfc(-x / Math.sqrt(2));
      case SILU -> x / (1 + Math.exp(-x));
      case SIGMOID -> 1 / (1 + Math.exp(-x));
      case LOG_SIGMOID -> x < -40 ? x : -Math.log1p(Math.exp(-x));
      case TANH -> Math.tanh(x);
      case SOFTPLUS -> p * x > q ? x : Math.log1p(Math.exp(p * x)) / p;
      case ERF -> 1 - Erf.erfc(x);
      case EXP -> Math.exp(x);
      case LOG -> Math.log(x);
      case SQRT -> Math.sqrt(x);
      case RSQRT -> 1 / Math.sqrt(x);
      case RECIPROCAL -> 1 / x;
      case SQUARE -> x * x;
      case ABS -> Math.abs(x);
      case NEG -> -x;
      case SIN -> Math.sin(x);
      case COS -> Math.cos(x);
      case CLAMP -> Math.min(Math.max(x, p), q);
    };
  }

  @Property(tries = 400, edgeCases = EdgeCasesMode.NONE)
  void valuesMatchTheDefinition(
      @ForAll UnaryFunction f,
      @ForAll("lengths") int n,
      @ForAll long seed,
      @ForAll Draw.Kind kind,
      @ForAll @IntRange(max = 15) int shift) {
    float[] x = Draw.values(new Random(seed), n, kind);
    double[] expected = new double[n];
    for (int i = 0; i < n; i++) {
      expected[i] = oracle(f, x[i], p(f), q(f));
    }
    for (Backend device : Backends.tested()) {
      try (Buffers b = new Buffers(device, shift)) {
        Buffers.Array y = b.out(n);
        device.elementwise().unary(f, b.of(x).address(), y.address(), n, p(f), q(f));
        // erf near 0 is compared with a difference from 1
        double absolute = f == UnaryFunction.ERF ? 1e-15 : ABSOLUTE;
        float[] actual = y.floats();
        for (int i = 0; i < n; i++) {
          String what = "%s(%s), %s".formatted(f, x[i], device.description());
          Close.check(what, expected[i], actual[i], relative(f, x[i]), absolute);
        }
      }
    }
  }

  @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
  void inPlaceGivesTheSameBits(
      @ForAll UnaryFunction f, @ForAll("lengths") int n, @ForAll long seed) {
    float[] x = Draw.values(new Random(seed), n, Draw.Kind.EXTREME);
    for (Backend device : Backends.tested()) {
      try (Buffers b = new Buffers(device)) {
        Buffers.Array apart = b.out(n);
        Buffers.Array inPlace = b.of(x);
        device.elementwise().unary(f, b.of(x).address(), apart.address(), n, p(f), q(f));
        device.elementwise().unary(f, inPlace.address(), inPlace.address(), n, p(f), q(f));
        // As floats, for which all NaNs are equal: their payloads are nobody's promise.
        assertArrayEquals(apart.floats(), inPlace.floats(), f + " in place");
      }
    }
  }

  /** A row alone must give the bits it has in a batch: results must not depend on position. */
  @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
  void aValueDoesNotDependOnItsNeighbours(
      @ForAll UnaryFunction f, @ForAll @IntRange(min = 1, max = 40) int n, @ForAll long seed) {
    float[] x = Draw.values(new Random(seed), n);
    float[] dy = Draw.values(new Random(seed + 1), n);
    for (Backend device : Backends.tested()) {
      try (Buffers b = new Buffers(device)) {
        Buffers.Array all = b.out(n);
        Buffers.Array allGrad = b.out(n);
        long from = b.of(x).address();
        long upstream = b.of(dy).address();
        device.elementwise().unary(f, from, all.address(), n, p(f), q(f));
        device
            .elementwise()
            .unaryGrad(f, from, all.address(), upstream, allGrad.address(), n, p(f), q(f));
        Buffers.Array alone = b.out(n);
        Buffers.Array aloneGrad = b.out(n);
        for (long i = 0; i < 4L * n; i += 4) {
          device.elementwise().unary(f, from + i, alone.address() + i, 1, p(f), q(f));
          device
              .elementwise()
              .unaryGrad(
                  f,
                  from + i,
                  alone.address() + i,
                  upstream + i,
                  aloneGrad.address() + i,
                  1,
                  p(f),
                  q(f));
        }
        assertArrayEquals(all.bits(), alone.bits(), f + " alone");
        assertArrayEquals(allGrad.bits(), aloneGrad.bits(), f + " gradient alone");
      }
    }
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void gradientsMatchCentralDifferences(
      @ForAll UnaryFunction f,
      @ForAll("lengths") int n,
      @ForAll long seed,
      @ForAll @IntRange(max = 15) int shift) {
    Random random = new Random(seed);
    float[] x = Draw.values(random, n);
    for (int i = 0; i < n; i++) {
      if (nearKink(f, x[i])) {
        x[i] = 0.3f;
      }
      boolean positive =
          f == UnaryFunction.LOG || f == UnaryFunction.SQRT || f == UnaryFunction.RSQRT;
      if (positive || f == UnaryFunction.RECIPROCAL) {
        x[i] = Math.copySign(Math.abs(x[i]) + 0.05f, positive ? 1 : x[i]);
      }
    }
    float[] dy = Draw.values(random, n);
    for (Backend device : Backends.tested()) {
      try (Buffers b = new Buffers(device, shift)) {
        long from = b.of(x).address();
        Buffers.Array y = b.out(n);
        Buffers.Array dx = b.out(n);
        device.elementwise().unary(f, from, y.address(), n, p(f), q(f));
        device
            .elementwise()
            .unaryGrad(f, from, y.address(), b.of(dy).address(), dx.address(), n, p(f), q(f));
        float[] actual = dx.floats();
        for (int i = 0; i < n; i++) {
          double slope = Derivative.of(v -> oracle(f, v, p(f), q(f)), x[i]);
          double tolerance = 3e-6 * Math.abs(dy[i]) + 1e-7; // y was rounded before 1 - y
          Close.check(f + " at " + x[i], dy[i] * slope, actual[i], 5e-6, tolerance);
        }
      }
    }
  }

  /** Where the derivative jumps within the step of the difference. */
  private static boolean nearKink(UnaryFunction f, float x) {
    return switch (f) {
      case RELU, LEAKY_RELU, ELU, ABS -> Math.abs(x) < 1e-3;
      case CLAMP -> Math.abs(x - p(f)) < 1e-3 || Math.abs(x - q(f)) < 1e-3;
      case SOFTPLUS -> Math.abs(p(f) * x - q(f)) < 1e-3;
      default -> false;
    };
  }

  /** At kinks and infinities the derivative is PyTorch's, or its limit; NaN is never lost. */
  @ParameterizedTest
  @EnumSource
  void derivativesAtSpecialPoints(UnaryFunction f) {
    float inf = Float.POSITIVE_INFINITY;
    check(UnaryFunction.RELU, new float[] {0f, -0f, inf, -inf}, new double[] {0, 0, 1, 0});
    check(UnaryFunction.LEAKY_RELU, new float[] {0f, inf, -inf}, new double[] {0.2f, 1, 0.2f});
    check(UnaryFunction.ABS, new float[] {0f, -0f, inf, -inf}, new double[] {0, 0, 1, -1});
    check(UnaryFunction.CLAMP, new float[] {-0.5f, 0.75f, 1, -1}, new double[] {1, 1, 0, 0});
    check(UnaryFunction.GELU_TANH, new float[] {inf, -inf, 1e30f}, new double[] {1, 0, 1});
    check(UnaryFunction.GELU_ERF, new float[] {inf, -inf, 1e30f}, new double[] {1, 0, 1});
    check(UnaryFunction.SILU, new float[] {inf, -inf, 1e30f}, new double[] {1, 0, 1});
    if (f != UnaryFunction.RELU
        && f != UnaryFunction.LEAKY_RELU
        && f != UnaryFunction.ELU
        && f != UnaryFunction.SOFTPLUS
        && f != UnaryFunction.NEG
        && f != UnaryFunction.CLAMP) {
      for (Backend device : Backends.tested()) {
        assertTrue(Float.isNaN(gradient(device, f, Float.NaN)), f + " of NaN");
      }
    }
  }

  private static void check(UnaryFunction f, float[] x, double[] expected) {
    for (Backend device : Backends.tested()) {
      for (int i = 0; i < x.length; i++) {
        Close.check(f + " at " + x[i], expected[i], gradient(device, f, x[i]), 1e-6, 1e-30);
      }
    }
  }

  private static float gradient(Backend device, UnaryFunction f, float x) {
    try (Buffers b = new Buffers(device)) {
      long from = b.of(x).address();
      Buffers.Array y = b.out(1);
      Buffers.Array dx = b.out(1);
      device.elementwise().unary(f, from, y.address(), 1, p(f), q(f));
      device
          .elementwise()
          .unaryGrad(f, from, y.address(), b.of(1f).address(), dx.address(), 1, p(f), q(f));
      return dx.floats()[0];
    }
  }
}
