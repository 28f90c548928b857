package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.getByte;
import static dev.kernite.kernels.cpu.RawMemory.getFloat;
import static dev.kernite.kernels.cpu.RawMemory.putFloat;

/** {@link ScoreRows} on vectors. */
final class VectorScoreRows implements ScoreRows {
  @Override
  public float scores(
      long row, int n, float scale, long bias, long biasStep, long mask, long maskStep) {
    int padded = ScoreRows.padded(n);
    for (int j = n; j < padded; j++) {
      putFloat(row + 4L * j, Float.NEGATIVE_INFINITY);
    }
    float largest = biased(row, n, scale, bias, biasStep);
    if (mask != 0) {
      masked(row, n, mask, maskStep);
      largest = ReductionKernels.largest(row, n);
    }
    // Without any other value, NaN must not pass for a row that is all masked.
    return largest == Float.NEGATIVE_INFINITY ? ReductionKernels.max(row, n) : largest;
  }

  private static float biased(long row, int n, float scale, long bias, long biasStep) {
    if (bias == 0) {
      return ScoreKernels.scale(row, n, scale);
    }
    if (biasStep == 4) {
      return ScoreKernels.scaleAdd(row, bias, n, scale);
    }
    for (int j = 0; j < n; j++) {
      long at = row + 4L * j;
      putFloat(at, Math.fma(getFloat(at), scale, getFloat(bias + j * biasStep)));
    }
    return ReductionKernels.largest(row, n);
  }

  private static void masked(long row, int n, long mask, long maskStep) {
    int whole = 0;
    if (maskStep == 1 && Lanes.B != null) {
      whole = (int) Lanes.whole(n);
      SelectKernels.keep(mask, row, whole, Float.NEGATIVE_INFINITY);
    }
    for (int j = whole; j < n; j++) {
      if (getByte(mask + j * maskStep) == 0) {
        putFloat(row + 4L * j, Float.NEGATIVE_INFINITY);
      }
    }
  }

  @Override
  public void exp(long row, int n, float max, float factor, long sums) {
    ScoreKernels.exp(row, ScoreRows.padded(n), max, factor, sums, LANES);
  }

  @Override
  public void scoreGradient(long p, long ds, int n, float d) {
    ScoreKernels.gradient(p, ds, n, d);
  }

  @Override
  public void rescaleAdd(long y, float factor, long x, int n) {
    ScoreKernels.rescaleAdd(y, factor, x, n);
  }

  @Override
  public void addScaled(long y, float factor, long x, int n) {
    ScoreKernels.addScaled(y, factor, x, n);
  }

  @Override
  public void addRows(long y, long p, int count, long x, long xRow, int n) {
    ScoreKernels.addRows(y, p, count, x, xRow, n);
  }

  @Override
  public void divide(long x, float divisor, long y, int n) {
    ScoreKernels.divide(x, divisor, y, n);
  }

  @Override
  public float dot(long a, long b, int n, long sums) {
    ScoreKernels.dot(a, b, n, sums, LANES);
    return total(sums);
  }

  @Override
  public float total(long sums) {
    // Two vectors or one: the sum of a row adds these in halves, too.
    return Lanes.LANES >= LANES / 2
        ? ReductionKernels.sum(sums, LANES)
        : ScalarScoreRows.sumByHalves(sums);
  }
}
