package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.Lanes.S;
import static dev.kernite.kernels.cpu.RawMemory.ALL;
import static dev.kernite.kernels.cpu.RawMemory.LITTLE;
import static dev.kernite.kernels.cpu.RawMemory.getByte;
import static dev.kernite.kernels.cpu.RawMemory.getFloat;
import static dev.kernite.kernels.cpu.RawMemory.putFloat;

import jdk.incubator.vector.FloatVector;

/** {@link ScoreRows} on vectors. */
final class VectorScoreRows implements ScoreRows {
  @Override
  public float scores(
      long row, int n, float scale, long bias, long biasStep, long mask, long maskStep) {
    int padded = ScoreRows.padded(n);
    for (int j = n; j < padded; j++) {
      putFloat(row + 4L * j, Float.NEGATIVE_INFINITY);
    }
    float largest;
    if (bias == 0 && mask == 0) {
      largest = ScoreKernels.scale(row, n, scale);
    } else if (mask == 0 && biasStep == 4) {
      largest = ScoreKernels.scaleAdd(row, bias, n, scale);
    } else {
      for (int j = 0; j < n; j++) {
        long at = row + 4L * j;
        float s = getFloat(at);
        s = bias == 0 ? s * scale : Math.fma(s, scale, getFloat(bias + j * biasStep));
        if (mask != 0 && getByte(mask + j * maskStep) == 0) {
          s = Float.NEGATIVE_INFINITY;
        }
        putFloat(at, s);
      }
      largest = ReductionKernels.largest(row, n);
    }
    // Without any other value, NaN must not pass for a row that is all masked.
    return largest == Float.NEGATIVE_INFINITY ? ReductionKernels.max(row, n) : largest;
  }

  @Override
  public void exp(long row, int n, float max, long sums) {
    ScoreKernels.exp(row, ScoreRows.padded(n), max, sums, LANES);
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
    int i = 0;
    for (; i + Lanes.LANES <= n; i += Lanes.LANES) {
      FloatVector sum = FloatVector.fromMemorySegment(S, ALL, y + 4L * i, LITTLE);
      for (int j = 0; j < count; j++) {
        FloatVector factor = FloatVector.broadcast(S, getFloat(p + 4L * j));
        sum = FloatVector.fromMemorySegment(S, ALL, x + j * xRow + 4L * i, LITTLE).fma(factor, sum);
      }
      sum.intoMemorySegment(ALL, y + 4L * i, LITTLE);
    }
    for (; i < n; i++) {
      float sum = getFloat(y + 4L * i);
      for (int j = 0; j < count; j++) {
        sum = Math.fma(getFloat(x + j * xRow + 4L * i), getFloat(p + 4L * j), sum);
      }
      putFloat(y + 4L * i, sum);
    }
  }

  @Override
  public void divide(long x, float divisor, long y, int n) {
    ScoreKernels.divide(x, divisor, y, n);
  }
}
