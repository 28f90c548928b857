package dev.kernite.test.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.kernite.kernels.Softmax;
import dev.kernite.kernels.cpu.CpuBackend;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The softmax family against float64. */
final class SoftmaxProperties {
  private enum Function {
    SOFTMAX,
    LOG_SOFTMAX,
    LOG_SUM_EXP
  }

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

  /** The line's result; of one value for LOG_SUM_EXP. */
  private static double[] oracle(Function f, double[] x) {
    double max = Arrays.stream(x).max().orElseThrow();
    double shift = f == Function.LOG_SUM_EXP && Double.isInfinite(max) ? 0 : max;
    double sum = Arrays.stream(x).map(v -> Math.exp(v - shift)).sum();
    return switch (f) {
      case SOFTMAX -> Arrays.stream(x).map(v -> Math.exp(v - max) / sum).toArray();
      case LOG_SOFTMAX -> Arrays.stream(x).map(v -> v - max - Math.log(sum)).toArray();
      case LOG_SUM_EXP -> new double[] {shift + Math.log(sum)};
    };
  }

  private static void forward(Softmax s, Function f, long x, long y, int outer, int n, int inner) {
    switch (f) {
      case SOFTMAX -> s.softmax(x, y, outer, n, inner);
      case LOG_SOFTMAX -> s.logSoftmax(x, y, outer, n, inner);
      case LOG_SUM_EXP -> s.logSumExp(x, y, outer, n, inner);
    }
  }

  private static double[] line(float[] x, int line, int n, int inner) {
    double[] values = new double[n];
    for (int j = 0; j < n; j++) {
      values[j] = x[at(line, j, n, inner)];
    }
    return values;
  }

  private static int at(int line, int j, int n, int inner) {
    return (line / inner * n + j) * inner + line % inner;
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void valuesMatchTheDefinition(
      @ForAll Function f,
      @ForAll("few") int outer,
      @ForAll("rows") int n,
      @ForAll("axes") int inner,
      @ForAll boolean last,
      @ForAll long seed) {
    check(f, outer, n, last ? 1 : inner, seed);
  }

  @Property(tries = 20, edgeCases = EdgeCasesMode.NONE)
  void longRowsMatchTheDefinition(@ForAll Function f, @ForAll long seed) {
    check(f, 3, 4096 + new Random(seed).nextInt(50_000), 1, seed);
  }

  private static void check(Function f, int outer, int n, int width, long seed) {
    Random random = new Random(seed);
    float[] x = Draw.values(random, outer * n * width);
    for (int line = 0; line < outer * width; line++) {
      int kind = random.nextInt(7);
      for (int j = 0; j < n; j++) {
        int at = at(line, j, n, width);
        x[at] =
            switch (kind) {
              case 0 -> random.nextBoolean() ? Float.NEGATIVE_INFINITY : x[at]; // masked
              case 1 -> Float.NEGATIVE_INFINITY; // masked altogether
              case 2 -> -Float.MAX_VALUE; // masked as transformers do
              case 3 -> x[at] * 1000;
              case 4 -> j == n / 2 ? (random.nextBoolean() ? Float.NaN : 1f / 0) : x[at];
              default -> x[at];
            };
      }
    }
    for (CpuBackend cpu : Cpus.twins()) {
      try (Buffers b = new Buffers(random.nextInt(16))) {
        int results = f == Function.LOG_SUM_EXP ? outer * width : x.length;
        Buffers.Array y = b.out(results);
        forward(cpu.softmax(), f, b.of(x).address(), y.address(), outer, n, width);
        float[] actual = y.floats();
        String what = f + ", " + cpu.description();
        for (int line = 0; line < outer * width; line++) {
          double[] expected = oracle(f, line(x, line, n, width));
          for (int j = 0; j < expected.length; j++) {
            float got = actual[f == Function.LOG_SUM_EXP ? line : at(line, j, n, width)];
            double absolute = f == Function.SOFTMAX ? 1e-37 : 1e-6;
            Close.check(what, expected[j], got, 2e-6, absolute);
          }
        }
      }
    }
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void gradientsMatchCentralDifferences(
      @ForAll Function f,
      @ForAll("few") int outer,
      @ForAll("few") int inner,
      @ForAll boolean last,
      @ForAll long seed) {
    Random random = new Random(seed);
    int n = 1 + random.nextInt(20);
    int width = last ? 1 : inner;
    float[] x = Draw.values(random, outer * n * width);
    boolean single = f == Function.LOG_SUM_EXP;
    float[] dy = Draw.values(random, single ? outer * width : x.length);
    for (CpuBackend cpu : Cpus.twins()) {
      try (Buffers b = new Buffers(random.nextInt(16))) {
        long from = b.of(x).address();
        Buffers.Array y = b.out(dy.length);
        Buffers.Array dx = b.out(x.length);
        long up = b.of(dy).address();
        Softmax s = cpu.softmax();
        forward(s, f, from, y.address(), outer, n, width);
        switch (f) {
          case SOFTMAX -> s.softmaxGrad(y.address(), up, dx.address(), outer, n, width);
          case LOG_SOFTMAX -> s.logSoftmaxGrad(y.address(), up, dx.address(), outer, n, width);
          case LOG_SUM_EXP -> s.logSumExpGrad(from, y.address(), up, dx.address(), outer, n, width);
        }
        float[] actual = dx.floats();
        for (int line = 0; line < outer * width; line++) {
          float[] w = new float[single ? 1 : n];
          double size = 0;
          for (int j = 0; j < w.length; j++) {
            w[j] = dy[single ? line : at(line, j, n, width)];
            size += Math.abs(w[j]);
          }
          double[] expected =
              Derivative.of(v -> Derivative.weighted(oracle(f, v), w), line(x, line, n, width));
          for (int j = 0; j < n; j++) {
            float got = actual[at(line, j, n, width)];
            Close.check(f + " gradient", expected[j], got, 2e-6, 1e-6 * size);
          }
        }
      }
    }
  }

  @Property(tries = 50, edgeCases = EdgeCasesMode.NONE)
  void rowsDoNotDependOnTheirBatch(@ForAll("rows") int n, @ForAll long seed) {
    Random random = new Random(seed);
    int batch = 5;
    float[] x = Draw.values(random, batch * n);
    for (CpuBackend cpu : Cpus.twins()) {
      try (Buffers b = new Buffers()) {
        long from = b.of(x).address();
        Buffers.Array together = b.out(x.length);
        Buffers.Array alone = b.out(x.length);
        cpu.softmax().softmax(from, together.address(), batch, n, 1);
        for (int r = 0; r < batch; r++) {
          long at = 4L * r * n;
          cpu.softmax().softmax(from + at, alone.address() + at, 1, n, 1);
        }
        assertArrayEquals(together.bits(), alone.bits());
      }
    }
  }
}
