package dev.kernite.test.kernels;

import dev.kernite.kernels.Norm;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tag;

/** Layer and root-mean-square normalisation on a CUDA device against float64. */
@Tag("cuda")
@Tag("schedule")
final class CudaNormProperties {
  private static final float EPS = 1e-5f;

  /** Around warps, the threads of a block and the longest row of a warp. */
  private static final int[] COLUMNS = {2, 3, 31, 32, 33, 127, 129, 300, 1023, 1024, 1025, 1300};

  /** Around the 128 rows that a block sums down its columns. */
  private static final int[] ROWS = {0, 1, 2, 9, 127, 128, 129, 300};

  private static final int MOST_VALUES = 40_000;

  @Property(tries = 80, edgeCases = EdgeCasesMode.NONE)
  void valuesAndGradientsMatchTheDefinition(
      @ForAll boolean centred, @ForAll boolean gained, @ForAll boolean biased, @ForAll long seed) {
    Random random = new Random(seed);
    int rows;
    int cols;
    do {
      rows = CudaDevice.pick(random, ROWS);
      cols = CudaDevice.pick(random, COLUMNS);
    } while (rows * cols > MOST_VALUES);
    float[] x = Draw.values(random, rows * cols);
    for (int i = 0; i < x.length; i++) {
      x[i] += 3; // a mean beside zero
    }
    float[] dy = Draw.values(random, x.length);
    float[] weight = gained ? Draw.values(random, cols) : null;
    float[] bias = biased && centred ? Draw.values(random, cols) : null;
    boolean wantX = random.nextInt(4) > 0;
    boolean wantWeight = random.nextInt(4) > 0;
    try (DeviceArrays arrays = new DeviceArrays(CudaDevice.backend(), random.nextInt(16))) {
      long from = arrays.of(x).address();
      long w = gained ? arrays.of(weight).address() : 0;
      long up = arrays.of(dy).address();
      long mean = arrays.out(rows).address();
      long rstd = arrays.out(rows).address();
      DeviceArrays.Array y = arrays.out(x.length);
      DeviceArrays.Array dx = arrays.out(x.length);
      DeviceArrays.Array dweight = arrays.out(cols);
      DeviceArrays.Array dbias = arrays.out(cols);
      long toX = wantX ? dx.address() : 0;
      long toWeight = wantWeight ? dweight.address() : 0;
      Norm norm = CudaDevice.backend().norm();
      if (centred) {
        long o = bias == null ? 0 : arrays.of(bias).address();
        norm.layerNorm(from, w, o, y.address(), mean, rstd, rows, cols, EPS);
        norm.layerNormGrad(from, w, mean, rstd, up, toX, toWeight, dbias.address(), rows, cols);
      } else {
        norm.rmsNorm(from, w, y.address(), rstd, rows, cols, EPS);
        norm.rmsNormGrad(from, w, rstd, up, toX, toWeight, rows, cols);
      }
      float[] values = y.floats();
      float[] gradients = dx.floats();
      double[] sumsZ = new double[cols];
      double[] sizesZ = new double[cols];
      double[] sums = new double[cols];
      double[] sizes = new double[cols];
      for (int r = 0; r < rows; r++) {
        Row row = new Row(x, r * cols, cols, centred);
        double meanG = 0;
        double meanGz = 0;
        double size = 0;
        for (int c = 0; c < cols; c++) {
          double g = (double) dy[r * cols + c] * (gained ? weight[c] : 1);
          meanG += centred ? g / cols : 0;
          meanGz += g * row.z[c] / cols;
          size = Math.max(size, Math.abs(g) * (1 + Math.abs(row.z[c])));
          sumsZ[c] += dy[r * cols + c] * row.z[c];
          sizesZ[c] += Math.abs(dy[r * cols + c]) * row.size(x[r * cols + c]);
          sums[c] += dy[r * cols + c];
          sizes[c] += Math.abs(dy[r * cols + c]);
        }
        for (int c = 0; c < cols; c++) {
          int at = r * cols + c;
          double gain = gained ? weight[c] : 1;
          double offset = bias == null ? 0 : bias[c];
          double magnitude = row.size(x[at]) * Math.abs(gain) + Math.abs(offset);
          Close.check("y", row.z[c] * gain + offset, values[at], 0, 2e-6 * magnitude);
          if (wantX) {
            double expected = row.scale * (dy[at] * gain - meanG - row.z[c] * meanGz);
            double tolerance = 4e-6 * row.scale * size * (1 + row.size(x[at]));
            Close.check("dx", expected, gradients[at], 0, tolerance);
          }
        }
      }
      for (int c = 0; c < cols; c++) {
        if (wantWeight) {
          Close.check("dweight", sumsZ[c], dweight.floats()[c], 0, 4e-6 * sizesZ[c]);
        }
        if (centred) {
          Close.check("dbias", sums[c], dbias.floats()[c], 0, 1e-6 * sizes[c]);
        }
      }
    }
  }

  /** One row in float64. */
  private static final class Row {
    final double[] z;
    final double scale;
    private final double mean;

    Row(float[] x, int at, int cols, boolean centred) {
      double sum = 0;
      for (int c = 0; c < cols; c++) {
        sum += centred ? x[at + c] : 0;
      }
      mean = sum / cols;
      double squares = 0;
      for (int c = 0; c < cols; c++) {
        squares += (x[at + c] - mean) * (x[at + c] - mean);
      }
      scale = 1 / Math.sqrt(squares / cols + EPS);
      z = new double[cols];
      for (int c = 0; c < cols; c++) {
        z[c] = (x[at + c] - mean) * scale;
      }
    }

    /** What the rounding errors of z relate to: x and the mean cancel before the division. */
    double size(float x) {
      return (Math.abs(x) + Math.abs(mean)) * scale;
    }
  }
}
