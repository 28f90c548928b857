package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.getFloat;
import static dev.kernite.kernels.cpu.RawMemory.putFloat;

import dev.kernite.kernels.Norm;

/** Normalisation of rows in plain Java, with sums in float64 and the variance by two passes. */
final class ScalarNorm implements Norm {
  private static final long COLUMNS = 64;

  private final Workers workers;

  ScalarNorm(Workers workers) {
    this.workers = workers;
  }

  @Override
  public void layerNorm(
      long x,
      long weight,
      long bias,
      long y,
      long mean,
      long rstd,
      long rows,
      long cols,
      float eps) {
    addLayerNorm(x, 0, weight, bias, x, y, mean, rstd, rows, cols, eps);
  }

  @Override
  public void addLayerNorm(
      long x,
      long residual,
      long weight,
      long bias,
      long sum,
      long y,
      long mean,
      long rstd,
      long rows,
      long cols,
      float eps) {
    Chunks.rows(
        workers,
        rows,
        cols,
        (from, to) -> {
          for (long row = from; row < to; row++) {
            long at = 4 * row * cols;
            addRow(x + at, residual, at, sum + at, cols);
            double centre = rowSum(sum + at, cols) / cols;
            double variance = rowSquares(sum + at, cols, centre) / cols;
            double scale = 1 / Math.sqrt(variance + eps);
            for (long c = 0; c < cols; c++) {
              long k = 4 * c;
              double value = (getFloat(sum + at + k) - centre) * scale;
              value = value * optional(weight, k, 1) + optional(bias, k, 0);
              putFloat(y + at + k, (float) value);
            }
            putOptional(mean, 4 * row, (float) centre);
            putOptional(rstd, 4 * row, (float) scale);
          }
        });
  }

  @Override
  public void layerNormGrad(
      long x,
      long weight,
      long mean,
      long rstd,
      long dy,
      long dx,
      long dweight,
      long dbias,
      long rows,
      long cols) {
    addLayerNormGrad(x, weight, mean, rstd, dy, 0, dx, dweight, dbias, rows, cols);
  }

  @Override
  public void addLayerNormGrad(
      long sum,
      long weight,
      long mean,
      long rstd,
      long dy,
      long dsum,
      long dx,
      long dweight,
      long dbias,
      long rows,
      long cols) {
    if (dx != 0) {
      rowGrads(sum, weight, mean, rstd, dy, dsum, dx, rows, cols);
    }
    if (dweight != 0 || dbias != 0) {
      columnGrads(sum, mean, rstd, dy, dweight, dbias, rows, cols);
    }
  }

  /** The gradient of x; mean = 0 leaves out the centring, which makes it that of rmsNorm. */
  private void rowGrads(
      long x,
      long weight,
      long mean,
      long rstd,
      long dy,
      long dsum,
      long dx,
      long rows,
      long cols) {
    Chunks.rows(
        workers,
        rows,
        cols,
        (from, to) -> {
          for (long row = from; row < to; row++) {
            long at = 4 * row * cols;
            double centre = optional(mean, 4 * row, 0);
            double scale = getFloat(rstd + 4 * row);
            double sum = 0;
            double dot = 0;
            for (long c = 0; c < cols; c++) {
              long k = at + 4 * c;
              double g = (double) getFloat(dy + k) * optional(weight, 4 * c, 1);
              sum += g;
              dot += g * ((getFloat(x + k) - centre) * scale);
            }
            double meanGrad = mean == 0 ? 0 : sum / cols;
            double meanDot = dot / cols;
            for (long c = 0; c < cols; c++) {
              long k = at + 4 * c;
              double g = (double) getFloat(dy + k) * optional(weight, 4 * c, 1);
              double normal = (getFloat(x + k) - centre) * scale;
              float own = (float) (scale * (g - meanGrad - normal * meanDot));
              putFloat(dx + k, dsum == 0 ? own : own + getFloat(dsum + k));
            }
          }
        });
  }

  private void columnGrads(
      long x, long mean, long rstd, long dy, long dweight, long dbias, long rows, long cols) {
    Chunks.run(
        workers,
        cols,
        COLUMNS,
        (from, to) -> {
          double[] gain = new double[(int) (to - from)];
          double[] offset = new double[(int) (to - from)];
          for (long row = 0; row < rows; row++) {
            double centre = optional(mean, 4 * row, 0);
            double scale = getFloat(rstd + 4 * row);
            for (int c = 0; c < gain.length; c++) {
              long k = 4 * (row * cols + from + c);
              double g = getFloat(dy + k);
              gain[c] += g * ((getFloat(x + k) - centre) * scale);
              offset[c] += g;
            }
          }
          for (int c = 0; c < gain.length; c++) {
            putOptional(dweight, 4 * (from + c), (float) gain[c]);
            putOptional(dbias, 4 * (from + c), (float) offset[c]);
          }
        });
  }

  @Override
  public void rmsNorm(long x, long weight, long y, long rstd, long rows, long cols, float eps) {
    addRmsNorm(x, 0, weight, x, y, rstd, rows, cols, eps);
  }

  @Override
  public void addRmsNorm(
      long x,
      long residual,
      long weight,
      long sum,
      long y,
      long rstd,
      long rows,
      long cols,
      float eps) {
    Chunks.rows(
        workers,
        rows,
        cols,
        (from, to) -> {
          for (long row = from; row < to; row++) {
            long at = 4 * row * cols;
            addRow(x + at, residual, at, sum + at, cols);
            double scale = 1 / Math.sqrt(rowSquares(sum + at, cols, 0) / cols + eps);
            for (long c = 0; c < cols; c++) {
              long k = 4 * c;
              double value = getFloat(sum + at + k) * scale * optional(weight, k, 1);
              putFloat(y + at + k, (float) value);
            }
            putOptional(rstd, 4 * row, (float) scale);
          }
        });
  }

  @Override
  public void rmsNormGrad(
      long x, long weight, long rstd, long dy, long dx, long dweight, long rows, long cols) {
    addRmsNormGrad(x, weight, rstd, dy, 0, dx, dweight, rows, cols);
  }

  @Override
  public void addRmsNormGrad(
      long sum,
      long weight,
      long rstd,
      long dy,
      long dsum,
      long dx,
      long dweight,
      long rows,
      long cols) {
    if (dx != 0) {
      rowGrads(sum, weight, 0, rstd, dy, dsum, dx, rows, cols);
    }
    if (dweight != 0) {
      columnGrads(sum, 0, rstd, dy, dweight, 0, rows, cols);
    }
  }

  /** {@code sum = x + residual}; without a residual (address 0) the sum is x, where it lies. */
  private static void addRow(long x, long residual, long at, long sum, long cols) {
    for (long k = 0; residual != 0 && k < 4 * cols; k += 4) {
      putFloat(sum + k, getFloat(x + k) + getFloat(residual + at + k));
    }
  }

  private static double rowSum(long x, long cols) {
    double sum = 0;
    for (long c = 0; c < cols; c++) {
      sum += getFloat(x + 4 * c);
    }
    return sum;
  }

  private static double rowSquares(long x, long cols, double centre) {
    double sum = 0;
    for (long c = 0; c < cols; c++) {
      double distance = getFloat(x + 4 * c) - centre;
      sum += distance * distance;
    }
    return sum;
  }

  private static float optional(long base, long offset, float otherwise) {
    return base == 0 ? otherwise : getFloat(base + offset);
  }

  private static void putOptional(long base, long offset, float value) {
    if (base != 0) {
      putFloat(base + offset, value);
    }
  }
}
