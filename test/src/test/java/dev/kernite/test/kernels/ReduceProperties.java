package dev.kernite.test.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.kernels.Backend;
import dev.kernite.kernels.ReduceFunction;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import org.junit.jupiter.api.Test;

/** Reductions of lines against float64. */
@Tag("device")
@Tag("schedule")
final class ReduceProperties {
  @Provide
  Arbitrary<Integer> axes() {
    return Draw.axes();
  }

  @Provide
  Arbitrary<Integer> few() {
    return Draw.few();
  }

  @Provide
  Arbitrary<Integer> rows() {
    return Draw.rows();
  }

  /** The definitions of {@link ReduceFunction}. */
  private static double oracle(ReduceFunction f, double[] x, double p) {
    int n = x.length;
    double sum = 0;
    double squares = 0;
    double product = 1;
    double max = Double.NEGATIVE_INFINITY;
    double min = Double.POSITIVE_INFINITY;
    for (double v : x) {
      sum += v;
      squares += v * v;
      product *= v;
      max = Math.max(max, v);
      min = Math.min(min, v);
    }
    double distances = 0;
    for (double v : x) {
      distances += (v - sum / n) * (v - sum / n);
    }
    return switch (f) {
      case SUM -> sum;
      case MEAN -> sum / n;
      case VAR -> distances / (n - p);
      case STD -> Math.sqrt(distances / (n - p));
      case MAX -> max;
      case MIN -> min;
      case PROD -> product;
      case NORM -> Math.sqrt(squares);
    };
  }

  /** Sum of magnitudes: what the rounding errors of a sum are measured by. */
  private static double magnitude(double[] x) {
    double sum = 0;
    for (double v : x) {
      sum += Math.abs(v);
    }
    return sum;
  }

  private static double[] line(float[] x, int o, int n, int inner, int i) {
    double[] line = new double[n];
    for (int j = 0; j < n; j++) {
      line[j] = x[(o * n + j) * inner + i];
    }
    return line;
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void valuesMatchTheDefinition(
      @ForAll ReduceFunction f,
      @ForAll("few") int outer,
      @ForAll("rows") int n,
      @ForAll("axes") int inner,
      @ForAll boolean last,
      @ForAll Draw.Kind kind,
      @ForAll long seed) {
    checkValues(f, outer, n, last ? 1 : inner, kind, seed);
  }

  @Property(tries = 24, edgeCases = EdgeCasesMode.NONE)
  void longLinesMatchTheDefinition(@ForAll ReduceFunction f, @ForAll long seed) {
    Random random = new Random(seed);
    checkValues(f, 1, 60_000 + random.nextInt(60_000), 1, Draw.Kind.ORDINARY, seed);
    checkValues(
        f, 2, 1000 + random.nextInt(2000), 1 + random.nextInt(40), Draw.Kind.ORDINARY, seed);
  }

  private static void checkValues(
      ReduceFunction f, int outer, int n, int inner, Draw.Kind kind, long seed) {
    Random random = new Random(seed);
    float[] x = Draw.values(random, outer * n * inner, kind);
    // Squares of extreme values leave even float64's exponents to the order of operations.
    boolean spread = f == ReduceFunction.VAR || f == ReduceFunction.STD;
    float p = spread ? random.nextInt(2) : Float.NaN;
    if (kind == Draw.Kind.EXTREME && f != ReduceFunction.MAX && f != ReduceFunction.MIN) {
      for (int i = 0; i < x.length; i++) {
        x[i] = Math.abs(x[i]) > 1e4 && !Float.isInfinite(x[i]) ? 1 : x[i];
        // A product of many small ones is 0 or not as they come, and times infinity NaN or not.
        boolean small = f == ReduceFunction.PROD && x[i] != 0 && Math.abs(x[i]) < 1e-2;
        x[i] = small ? 1 : x[i];
      }
    }
    for (Backend device : Backends.tested()) {
      try (Buffers b = new Buffers(device, random.nextInt(16))) {
        Buffers.Array y = b.out((long) outer * inner);
        device.reduce().reduce(f, b.of(x).address(), y.address(), outer, n, inner, p);
        float[] actual = y.floats();
        String what = "%s of %d x %d x %d, %s".formatted(f, outer, n, inner, device.description());
        for (int line = 0; line < actual.length; line++) {
          double[] values = line(x, line / inner, n, inner, line % inner);
          double expected = oracle(f, values, p);
          double absolute =
              switch (f) {
                case SUM -> 1e-6 * magnitude(values);
                case MEAN -> 1e-6 * magnitude(values) / n;
                default -> 1e-30;
              };
          boolean finite = Double.isFinite(magnitude(values));
          Close.check(what, expected, actual[line], 3e-6, finite ? absolute : 0);
        }
      }
    }
  }

  /** The error of a sum of a million values must not grow with their number. */
  @Test
  void aMillionValuesAreSummedToSixDigits() {
    int n = 1_000_003;
    float[] x = new float[n];
    double sum = 0;
    double squares = 0;
    Random random = new Random(5);
    for (int i = 0; i < n; i++) {
      x[i] = random.nextFloat();
      sum += x[i];
      squares += (double) x[i] * x[i];
    }
    for (Backend device : Backends.tested()) {
      try (Buffers b = new Buffers(device)) {
        long from = b.of(x).address();
        Buffers.Array y = b.out(1);
        Buffers.Array wide = b.bytes(8);
        device.reduce().reduce(ReduceFunction.SUM, from, y.address(), 1, n, 1, 0);
        Close.check("sum", sum, y.floats()[0], 5e-7, 0);
        device.reduce().sumOfSquares(from, wide.address(), n);
        assertEquals(squares, wide.doubles()[0], 1e-12 * squares);
        // As a column: many rows of few values.
        Buffers.Array columns = b.out(17);
        int rows = n / 17;
        device.reduce().reduce(ReduceFunction.SUM, from, columns.address(), 1, rows, 17, 0);
        for (int c = 0; c < 17; c++) {
          double expected = 0;
          for (int r = 0; r < rows; r++) {
            expected += x[r * 17 + c];
          }
          Close.check("column", expected, columns.floats()[c], 5e-7, 0);
        }
      }
    }
  }

  /**
   * The spread is of the size of the rounding of the mean (a float32 near 3000 is off by up to
   * 1.2e-4), so a variance about the rounded mean is far off: by 2 % to 20 % here.
   */
  @Test
  void theRoundingOfTheMeanIsNotInTheVariance() {
    Random random = new Random(7);
    for (int n : new int[] {2, 7, 64, 1001, 40_000, 100_003}) {
      float[] x = new float[n];
      for (int i = 0; i < n; i++) {
        x[i] = 3000 + random.nextInt(4) * Math.ulp(3000f);
      }
      x[0] = 3000 + 3 * Math.ulp(3000f); // not all the same
      x[1] = 3000;
      for (ReduceFunction f : new ReduceFunction[] {ReduceFunction.VAR, ReduceFunction.STD}) {
        double expected = oracle(f, Draw.wide(x), 1);
        for (Backend device : Backends.tested()) {
          try (Buffers b = new Buffers(device)) {
            Buffers.Array y = b.out(1);
            device.reduce().reduce(f, b.of(x).address(), y.address(), 1, n, 1, 1);
            String what = "%s of %d, %s".formatted(f, n, device.description());
            Close.check(what, expected, y.floats()[0], 1e-5, 0);
          }
        }
      }
    }
  }

  @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
  void sumsOfSquaresNeitherOverflowNorLoseDigits(@ForAll long seed) {
    Random random = new Random(seed);
    int n = random.nextInt(200);
    float[] x = Draw.values(random, n);
    double expected = 0;
    for (int i = 0; i < n; i++) {
      x[i] *= random.nextBoolean() ? 1e30f : 1e-30f;
      expected += (double) x[i] * x[i];
    }
    for (Backend device : Backends.tested()) {
      try (Buffers b = new Buffers(device, random.nextInt(16))) {
        Buffers.Array y = b.bytes(8);
        device.reduce().sumOfSquares(b.of(x).address(), y.address(), n);
        assertEquals(expected, y.doubles()[0], 1e-13 * expected);
      }
    }
  }

  @Property(tries = 250, edgeCases = EdgeCasesMode.NONE)
  void gradientsMatchCentralDifferences(
      @ForAll ReduceFunction f,
      @ForAll("few") int outer,
      @ForAll("few") int inner,
      @ForAll boolean last,
      @ForAll long seed) {
    Random random = new Random(seed);
    int n = 2 + random.nextInt(15);
    int width = last ? 1 : inner;
    float[] x = new float[outer * n * width];
    for (int i = 0; i < x.length; i++) {
      x[i] = (random.nextInt(2001) - 1000) / 500f; // apart, or equal
    }
    separate(x, f, outer, n, width);
    float[] dy = Draw.values(random, outer * width);
    float p = random.nextInt(2);
    for (Backend device : Backends.tested()) {
      try (Buffers b = new Buffers(device, random.nextInt(16))) {
        long from = b.of(x).address();
        Buffers.Array y = b.out((long) outer * width);
        Buffers.Array dx = b.out(x.length);
        long upstream = b.of(dy).address();
        device.reduce().reduce(f, from, y.address(), outer, n, width, p);
        device
            .reduce()
            .reduceGrad(f, from, y.address(), upstream, dx.address(), outer, n, width, p, last);
        float[] actual = dx.floats();
        for (int line = 0; line < outer * width; line++) {
          double[] values = line(x, line / width, n, width, line % width);
          double[] slope = Derivative.of(v -> oracle(f, v, p), values);
          for (int j = 0; j < n; j++) {
            double expected = dy[line] * slope[j];
            float got = actual[(line / width * n + j) * width + line % width];
            Close.check(f.name(), expected, got, 3e-6, 3e-6 * Math.abs(dy[line]));
          }
        }
      }
    }
  }

  /** Differences see ties as kinks: extremes get distinct values, norms a nonzero one. */
  private static void separate(float[] x, ReduceFunction f, int outer, int n, int inner) {
    for (int line = 0; line < outer * inner; line++) {
      for (int j = 0; j < n; j++) {
        int at = (line / inner * n + j) * inner + line % inner;
        if (f == ReduceFunction.MAX || f == ReduceFunction.MIN) {
          x[at] = (j * 7919 + line) % n + 0.25f * (j % 2);
        } else if (j == 0) {
          x[at] = 1.75f;
        }
      }
    }
  }

  @Test
  void tiesZerosAndNanGetTheDocumentedGradients() {
    float nan = Float.NaN;
    gradient(ReduceFunction.MAX, false, new float[] {1, 3, 3}, 0, 1, 0);
    gradient(ReduceFunction.MAX, true, new float[] {1, 3, 3}, 0, 0.5, 0.5);
    gradient(ReduceFunction.MIN, false, new float[] {-2, 3, -2}, 1, 0, 0);
    gradient(ReduceFunction.MIN, true, new float[] {-2, 3, -2}, 0.5, 0, 0.5);
    gradient(ReduceFunction.MAX, false, new float[] {1, nan, 3}, 0, 1, 0);
    gradient(ReduceFunction.PROD, false, new float[] {2, 0, 3}, 0, 6, 0);
    gradient(ReduceFunction.PROD, false, new float[] {0, 0, 3}, 0, 0, 0);
    gradient(ReduceFunction.NORM, false, new float[] {0, 0, 0}, 0, 0, 0);
    gradient(ReduceFunction.STD, false, new float[] {4, 4, 4}, 0, 0, 0);
  }

  private static void gradient(ReduceFunction f, boolean spread, float[] x, double... expected) {
    for (Backend device : Backends.tested()) {
      try (Buffers b = new Buffers(device)) {
        long from = b.of(x).address();
        Buffers.Array y = b.out(1);
        Buffers.Array dx = b.out(x.length);
        device.reduce().reduce(f, from, y.address(), 1, x.length, 1, 1);
        long one = b.of(1f).address();
        device
            .reduce()
            .reduceGrad(f, from, y.address(), one, dx.address(), 1, x.length, 1, 1, spread);
        Close.check(f + " spread " + spread, expected, dx.floats(), 1e-6, 0);
      }
    }
  }

  @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
  void cumulativeSumsAndArgMax(
      @ForAll("few") int outer,
      @ForAll("rows") int n,
      @ForAll("axes") int inner,
      @ForAll Draw.Kind kind,
      @ForAll long seed) {
    Random random = new Random(seed);
    float[] x = Draw.values(random, outer * n * inner, kind);
    for (Backend device : Backends.tested()) {
      try (Buffers b = new Buffers(device)) {
        long from = b.of(x).address();
        Buffers.Array ascending = b.out(x.length);
        Buffers.Array descending = b.out(x.length);
        Buffers.Array index = b.out((long) outer * inner);
        device.reduce().cumulativeSum(from, ascending.address(), outer, n, inner, false);
        device.reduce().cumulativeSum(from, descending.address(), outer, n, inner, true);
        device.reduce().argMax(from, index.address(), outer, n, inner);
        float[] upward = ascending.floats();
        float[] downward = descending.floats();
        int[] largest = index.bits();
        for (int line = 0; line < outer * inner; line++) {
          int o = line / inner;
          int i = line % inner;
          double[] values = line(x, o, n, inner, i);
          assertEquals(argMax(values), largest[line], "argMax");
          double up = 0;
          double down = 0;
          // Any order of float64 sums will do: they differ by the rounding of the largest.
          double upSize = 0;
          double downSize = 0;
          for (int j = 0; j < n; j++) {
            up += values[j];
            down += values[n - 1 - j];
            upSize += Math.abs(values[j]);
            downSize += Math.abs(values[n - 1 - j]);
            int at = (o * n + j) * inner + i;
            int back = (o * n + n - 1 - j) * inner + i;
            Close.check("ascending", up, upward[at], 1.2e-7, 1e-44 + 1e-14 * upSize);
            Close.check("descending", down, downward[back], 1.2e-7, 1e-44 + 1e-14 * downSize);
          }
        }
      }
    }
  }

  /** First largest; NaN is larger than anything. */
  private static int argMax(double[] x) {
    for (int j = 0; j < x.length; j++) {
      if (Double.isNaN(x[j])) {
        return j;
      }
    }
    int best = 0;
    for (int j = 1; j < x.length; j++) {
      best = x[j] > x[best] ? j : best;
    }
    return best;
  }

  @Test
  void nothingSumsToZeroAndHasNoMean() {
    for (Backend device : Backends.tested()) {
      try (Buffers b = new Buffers(device)) {
        long x = b.of(new float[0]).address();
        Buffers.Array y = b.out(40);
        device.reduce().reduce(ReduceFunction.SUM, x, y.address(), 2, 0, 20, 0);
        assertEquals(0f, y.floats()[39]);
        device.reduce().reduce(ReduceFunction.SUM, x, y.address(), 2, 0, 1, 0);
        assertEquals(0f, y.floats()[1]);
        device.reduce().reduce(ReduceFunction.PROD, x, y.address(), 1, 0, 1, 0);
        assertEquals(1f, y.floats()[0]);
        device.reduce().reduce(ReduceFunction.MEAN, x, y.address(), 2, 0, 20, 0);
        assertTrue(Float.isNaN(y.floats()[39]));
        device.reduce().reduce(ReduceFunction.MEAN, x, y.address(), 2, 0, 1, 0);
        assertTrue(Float.isNaN(y.floats()[1]));
      }
    }
  }
}
