package dev.kernite.test.kernels;

import dev.kernite.kernels.cpu.CpuBackend;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Layer and root-mean-square normalisation against float64. */
final class NormProperties {
  private static final float EPS = 1e-5f;

  @Provide
  Arbitrary<Integer> rows() {
    return Draw.rows();
  }

  @Provide
  Arbitrary<Integer> few() {
    return Draw.few();
  }

  /** One row; weight and bias null for none; centred for layerNorm, else rmsNorm. */
  private static double[] oracle(double[] x, float[] weight, float[] bias, boolean centred) {
    int n = x.length;
    double mean = 0;
    for (double v : x) {
      mean += centred ? v / n : 0;
    }
    double variance = 0;
    for (double v : x) {
      variance += (v - mean) * (v - mean) / n;
    }
    double[] y = new double[n];
    for (int c = 0; c < n; c++) {
      double gain = weight == null ? 1 : weight[c];
      double offset = bias == null ? 0 : bias[c];
      y[c] = (x[c] - mean) / Math.sqrt(variance + EPS) * gain + offset;
    }
    return y;
  }

  /**
   * What rounding errors of the results are measured against: x and the mean, a sum of values of
   * either sign, cancel before they are divided by a small deviation; then the bias may cancel the
   * rest.
   */
  private static double[] magnitudes(double[] x, float[] weight, float[] bias, boolean centred) {
    double mean = centred ? Arrays.stream(x).average().orElseThrow() : 0;
    double summed = centred ? Arrays.stream(x).map(Math::abs).average().orElseThrow() : 0;
    double variance = Arrays.stream(x).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
    double[] magnitudes = new double[x.length];
    for (int c = 0; c < x.length; c++) {
      double gain = weight == null ? 1 : Math.abs(weight[c]);
      double offset = bias == null ? 0 : Math.abs(bias[c]);
      magnitudes[c] = (Math.abs(x[c]) + summed) / Math.sqrt(variance + EPS) * gain + offset;
    }
    return magnitudes;
  }

  private static double[] row(float[] x, int row, int cols) {
    double[] values = new double[cols];
    for (int c = 0; c < cols; c++) {
      values[c] = x[row * cols + c];
    }
    return values;
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void valuesMatchTheDefinition(
      @ForAll("rows") int rows,
      @ForAll("rows") int cols,
      @ForAll boolean centred,
      @ForAll boolean gained,
      @ForAll boolean biased,
      @ForAll long seed) {
    Random random = new Random(seed);
    float[] x = Draw.values(random, rows * cols);
    float[] weight = gained ? Draw.values(random, cols) : null;
    float[] bias = biased && centred ? Draw.values(random, cols) : null;
    for (CpuBackend cpu : Cpus.twins()) {
      try (Buffers b = new Buffers(random.nextInt(16))) {
        Buffers.Array y = b.out(x.length);
        long from = b.of(x).address();
        long w = gained ? b.of(weight).address() : 0;
        if (centred) {
          long o = bias == null ? 0 : b.of(bias).address();
          boolean kept = random.nextBoolean();
          long mean = kept ? b.out(rows).address() : 0;
          long rstd = kept ? b.out(rows).address() : 0;
          cpu.norm().layerNorm(from, w, o, y.address(), mean, rstd, rows, cols, EPS);
        } else {
          cpu.norm().rmsNorm(from, w, y.address(), b.out(rows).address(), rows, cols, EPS);
        }
        float[] actual = y.floats();
        for (int r = 0; r < rows; r++) {
          double[] line = row(x, r, cols);
          double[] expected = oracle(line, weight, bias, centred);
          double[] magnitudes = magnitudes(line, weight, bias, centred);
          for (int c = 0; c < cols; c++) {
            float got = actual[r * cols + c];
            Close.check(cpu.description(), expected[c], got, 0, 1e-6 * magnitudes[c]);
          }
        }
      }
    }
  }

  @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
  void gradientsMatchCentralDifferences(
      @ForAll("few") int rows, @ForAll boolean centred, @ForAll boolean gained, @ForAll long seed) {
    Random random = new Random(seed);
    int cols = 2 + random.nextInt(40);
    float[] x = Draw.values(random, rows * cols);
    float[] dy = Draw.values(random, rows * cols);
    float[] weight = gained ? Draw.values(random, cols) : null;
    double[] gains = gained ? Draw.wide(weight) : ones(cols);
    boolean wantX = random.nextInt(4) > 0;
    boolean wantWeight = random.nextInt(4) > 0;
    for (CpuBackend cpu : Cpus.twins()) {
      try (Buffers b = new Buffers(random.nextInt(16))) {
        Gradients g = gradients(cpu, b, x, dy, weight, rows, cols, centred, wantX, wantWeight);
        double[] dweight = new double[cols];
        double[] dbias = new double[cols];
        for (int r = 0; r < rows; r++) {
          double[] values = row(x, r, cols);
          float[] up = new float[cols];
          System.arraycopy(dy, r * cols, up, 0, cols);
          double[] normal = oracle(values, null, null, centred);
          for (int c = 0; c < cols; c++) {
            dweight[c] += up[c] * normal[c];
            dbias[c] += up[c];
          }
          if (wantX) {
            double[] expected =
                Derivative.of(
                    v -> Derivative.weighted(oracle(v, weight, null, centred), up), values);
            double size = 0;
            for (int c = 0; c < cols; c++) {
              size = Math.max(size, Math.abs(up[c] * gains[c]) / spread(values, centred));
            }
            float[] actual = g.dx.floats();
            for (int c = 0; c < cols; c++) {
              Close.check("dx", expected[c], actual[r * cols + c], 1e-5, 1e-5 * size);
            }
          }
        }
        if (wantWeight) {
          Close.check("dweight", dweight, g.dweight.floats(), 1e-5, 1e-5 * rows);
          if (centred) {
            Close.check("dbias", dbias, g.dbias.floats(), 1e-6, 1e-6 * rows);
          }
        }
      }
    }
  }

  private static double[] ones(int n) {
    double[] ones = new double[n];
    Arrays.fill(ones, 1);
    return ones;
  }

  /** The standard deviation, or root mean square, that a row is divided by. */
  private static double spread(double[] x, boolean centred) {
    double mean = centred ? Arrays.stream(x).average().orElseThrow() : 0;
    double squares = Arrays.stream(x).map(v -> (v - mean) * (v - mean)).sum();
    return Math.sqrt(squares / x.length + EPS);
  }

  private record Gradients(Buffers.Array dx, Buffers.Array dweight, Buffers.Array dbias) {}

  private static Gradients gradients(
      CpuBackend cpu,
      Buffers b,
      float[] x,
      float[] dy,
      float[] weight,
      int rows,
      int cols,
      boolean centred,
      boolean wantX,
      boolean wantWeight) {
    long from = b.of(x).address();
    long up = b.of(dy).address();
    long w = weight == null ? 0 : b.of(weight).address();
    Buffers.Array y = b.out(x.length);
    long mean = b.out(rows).address();
    long rstd = b.out(rows).address();
    Gradients g = new Gradients(b.out(x.length), b.out(cols), b.out(cols));
    long dx = wantX ? g.dx.address() : 0;
    long dw = wantWeight ? g.dweight.address() : 0;
    if (centred) {
      long db = wantWeight ? g.dbias.address() : 0;
      cpu.norm().layerNorm(from, w, 0, y.address(), mean, rstd, rows, cols, EPS);
      cpu.norm().layerNormGrad(from, w, mean, rstd, up, dx, dw, db, rows, cols);
    } else {
      cpu.norm().rmsNorm(from, w, y.address(), rstd, rows, cols, EPS);
      cpu.norm().rmsNormGrad(from, w, rstd, up, dx, dw, rows, cols);
    }
    return g;
  }

  /** Gains and offsets gather over many rows, in several partial sums. */
  @Test
  void gradientsOfGainAndOffsetSumOverManyRows() {
    int rows = 1000;
    int cols = 37;
    Random random = new Random(11);
    float[] x = Draw.values(random, rows * cols);
    float[] dy = Draw.values(random, rows * cols);
    double[] dweight = new double[cols];
    double[] dbias = new double[cols];
    for (int r = 0; r < rows; r++) {
      double[] normal = oracle(row(x, r, cols), null, null, true);
      for (int c = 0; c < cols; c++) {
        dweight[c] += dy[r * cols + c] * normal[c];
        dbias[c] += dy[r * cols + c];
      }
    }
    for (CpuBackend cpu : Cpus.twins()) {
      try (Buffers b = new Buffers()) {
        Gradients g = gradients(cpu, b, x, dy, null, rows, cols, true, true, true);
        Close.check("dweight", dweight, g.dweight.floats(), 1e-6, 1e-4);
        Close.check("dbias", dbias, g.dbias.floats(), 1e-6, 1e-4);
      }
    }
  }

  /** A large offset must not eat the variance: two passes, the mean taken out first. */
  @Test
  void anOffsetRowKeepsItsVariance() {
    int cols = 768;
    Random random = new Random(3);
    float[] x = Draw.values(random, cols);
    for (int c = 0; c < cols; c++) {
      x[c] = 3000 + x[c];
    }
    double[] expected = oracle(row(x, 0, cols), null, null, true);
    for (CpuBackend cpu : Cpus.twins()) {
      try (Buffers b = new Buffers()) {
        Buffers.Array y = b.out(cols);
        cpu.norm().layerNorm(b.of(x).address(), 0, 0, y.address(), 0, 0, 1, cols, EPS);
        // The mean itself is rounded to a float32 near 3000: an error of 1.2e-4 at most.
        Close.check("y", expected, y.floats(), 1e-5, 1.5e-4);
      }
    }
  }
}
