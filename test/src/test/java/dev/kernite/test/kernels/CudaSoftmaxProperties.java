package dev.kernite.test.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.kernite.kernels.Softmax;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tag;

/** The softmax family on a CUDA device against float64. */
@Tag("cuda")
@Tag("schedule")
final class CudaSoftmaxProperties {
  /** Around warps, the threads of a block, and the longest line of a warp. */
  private static final int[] LENGTHS = {1, 2, 5, 31, 32, 33, 127, 129, 257, 1023, 1024, 1025, 1300};

  private static final int[] INNER = {1, 1, 1, 2, 5, 31, 32, 33, 40};
  private static final int MOST_VALUES = 30_000;

  /** A drawn shape with its values. */
  private record Lines(int outer, int n, int inner, float[] x, float[] dy) {
    static Lines draw(Random random, boolean extreme) {
      int outer;
      int n;
      int inner;
      do {
        outer = 1 + random.nextInt(11);
        n = CudaDevice.pick(random, LENGTHS);
        inner = CudaDevice.pick(random, INNER);
      } while (outer * n * inner > MOST_VALUES);
      Lines lines =
          new Lines(
              outer,
              n,
              inner,
              Draw.values(random, outer * n * inner),
              Draw.values(random, outer * n * inner));
      for (int line = 0; extreme && line < lines.count(); line++) {
        lines.spoil(line, random);
      }
      return lines;
    }

    int count() {
      return outer * inner;
    }

    int at(int line, int j) {
      return (line / inner * n + j) * inner + line % inner;
    }

    double[] line(float[] values, int line) {
      double[] y = new double[n];
      for (int j = 0; j < n; j++) {
        y[j] = values[at(line, j)];
      }
      return y;
    }

    /** Makes a line masked, in part or altogether, or not finite, or leaves it. */
    private void spoil(int line, Random random) {
      int kind = random.nextInt(7);
      for (int j = 0; j < n; j++) {
        float old = x[at(line, j)];
        x[at(line, j)] =
            switch (kind) {
              case 0 -> random.nextBoolean() ? Float.NEGATIVE_INFINITY : old;
              case 1 -> Float.NEGATIVE_INFINITY;
              case 2 -> -Float.MAX_VALUE;
              case 3 -> j == n / 2 ? Float.NaN : old;
              case 4 -> j == n / 2 ? Float.POSITIVE_INFINITY : old;
              default -> old;
            };
      }
    }
  }

  private static double logSumExp(double[] x) {
    double max = Arrays.stream(x).max().orElseThrow();
    double shift = Double.isInfinite(max) ? 0 : max;
    return shift + Math.log(Arrays.stream(x).map(v -> Math.exp(v - shift)).sum());
  }

  @Property(tries = 80, edgeCases = EdgeCasesMode.NONE)
  void valuesMatchTheDefinition(@ForAll long seed) {
    Random random = new Random(seed);
    Lines l = Lines.draw(random, true);
    Softmax s = CudaDevice.backend().softmax();
    try (DeviceArrays arrays = new DeviceArrays(CudaDevice.backend(), random.nextInt(16))) {
      long x = arrays.of(l.x).address();
      DeviceArrays.Array soft = arrays.out(l.x.length);
      DeviceArrays.Array log = arrays.out(l.x.length);
      DeviceArrays.Array sums = arrays.out(l.count());
      s.softmax(x, soft.address(), l.outer, l.n, l.inner);
      s.logSoftmax(x, log.address(), l.outer, l.n, l.inner);
      s.logSumExp(x, sums.address(), l.outer, l.n, l.inner);
      float[] y = soft.floats();
      float[] logs = log.floats();
      float[] lse = sums.floats();
      for (int line = 0; line < l.count(); line++) {
        double[] v = l.line(l.x, line);
        double max = Arrays.stream(v).max().orElseThrow();
        double sum = Arrays.stream(v).map(value -> Math.exp(value - max)).sum();
        Close.check("logSumExp", logSumExp(v), lse[line], 2e-6, 1e-6);
        for (int j = 0; j < l.n; j++) {
          int at = l.at(line, j);
          Close.check("softmax", Math.exp(v[j] - max) / sum, y[at], 2e-6, 1e-37);
          Close.check("logSoftmax", v[j] - max - Math.log(sum), logs[at], 2e-6, 1e-6);
        }
      }
    }
  }

  @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
  void gradientsMatchTheirFormulas(@ForAll long seed) {
    Random random = new Random(seed);
    Lines l = Lines.draw(random, false);
    float[] up = Draw.values(random, l.count());
    Softmax s = CudaDevice.backend().softmax();
    try (DeviceArrays arrays = new DeviceArrays(CudaDevice.backend(), random.nextInt(16))) {
      long x = arrays.of(l.x).address();
      long dy = arrays.of(l.dy).address();
      long y = arrays.out(l.x.length).address();
      long logs = arrays.out(l.x.length).address();
      long sums = arrays.out(l.count()).address();
      s.softmax(x, y, l.outer, l.n, l.inner);
      s.logSoftmax(x, logs, l.outer, l.n, l.inner);
      s.logSumExp(x, sums, l.outer, l.n, l.inner);
      DeviceArrays.Array[] dx = new DeviceArrays.Array[3];
      for (int i = 0; i < dx.length; i++) {
        dx[i] = arrays.out(l.x.length);
      }
      s.softmaxGrad(y, dy, dx[0].address(), l.outer, l.n, l.inner);
      s.logSoftmaxGrad(logs, dy, dx[1].address(), l.outer, l.n, l.inner);
      s.logSumExpGrad(x, sums, arrays.of(up).address(), dx[2].address(), l.outer, l.n, l.inner);
      float[][] actual = {dx[0].floats(), dx[1].floats(), dx[2].floats()};
      for (int line = 0; line < l.count(); line++) {
        double[] v = l.line(l.x, line);
        double[] d = l.line(l.dy, line);
        double lse = logSumExp(v);
        double dot = 0;
        double size = 0;
        double sum = 0;
        double all = 0;
        for (int j = 0; j < l.n; j++) {
          double p = Math.exp(v[j] - lse);
          dot += p * d[j];
          size += p * Math.abs(d[j]);
          sum += d[j];
          all += Math.abs(d[j]);
        }
        for (int j = 0; j < l.n; j++) {
          int at = l.at(line, j);
          double p = Math.exp(v[j] - lse);
          double scale = Math.abs(d[j]) + size;
          Close.check("softmax", p * (d[j] - dot), actual[0][at], 0, 4e-6 * p * scale + 1e-37);
          Close.check("log", d[j] - p * sum, actual[1][at], 1e-6, 4e-6 * p * all);
          Close.check("sum", up[line] * p, actual[2][at], 4e-6, 1e-37);
        }
      }
    }
  }

  @Property(tries = 30, edgeCases = EdgeCasesMode.NONE)
  void rowsDoNotDependOnTheirBatch(@ForAll long seed) {
    Random random = new Random(seed);
    int rows = 1 + random.nextInt(11);
    int n = CudaDevice.pick(random, LENGTHS);
    try (DeviceArrays arrays = new DeviceArrays(CudaDevice.backend(), 0)) {
      long x = arrays.of(Draw.values(random, rows * n)).address();
      DeviceArrays.Array together = arrays.out((long) rows * n);
      DeviceArrays.Array alone = arrays.out((long) rows * n);
      Softmax s = CudaDevice.backend().softmax();
      s.softmax(x, together.address(), rows, n, 1);
      for (int r = 0; r < rows; r++) {
        s.softmax(x + 4L * r * n, alone.address() + 4L * r * n, 1, n, 1);
      }
      assertArrayEquals(together.bits(), alone.bits());
    }
  }
}
