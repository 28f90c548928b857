package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.ALL;
import static dev.kernite.kernels.cpu.RawMemory.LITTLE;
import static dev.kernite.kernels.cpu.RawMemory.getByte;
import static dev.kernite.kernels.cpu.RawMemory.getFloat;
import static dev.kernite.kernels.cpu.RawMemory.putFloat;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** {@link ScoreRows} on vectors. */
final class VectorScoreRows implements ScoreRows {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int STEP = S.length();

  @Override
  public float scores(
      long row, int n, float scale, long bias, long biasStep, long mask, long maskStep) {
    int padded = ScoreRows.padded(n);
    for (int j = n; j < padded; j++) {
      putFloat(row + 4L * j, Float.NEGATIVE_INFINITY);
    }
    if (bias == 0 && mask == 0) {
      return scaled(row, padded, scale);
    }
    for (int j = 0; j < n; j++) {
      long at = row + 4L * j;
      float s = getFloat(at);
      s = bias == 0 ? s * scale : Math.fma(s, scale, getFloat(bias + j * biasStep));
      if (mask != 0 && getByte(mask + j * maskStep) == 0) {
        s = Float.NEGATIVE_INFINITY;
      }
      putFloat(at, s);
    }
    return scaled(row, padded, 1);
  }

  /** Scales a row and returns its largest value. */
  private static float scaled(long row, int padded, float scale) {
    FloatVector max = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
    for (int j = 0; j < padded; j += STEP) {
      FloatVector s = FloatVector.fromMemorySegment(S, ALL, row + 4L * j, LITTLE).mul(scale);
      s.intoMemorySegment(ALL, row + 4L * j, LITTLE);
      max = max.max(s);
    }
    return max.reduceLanes(VectorOperators.MAX);
  }

  /** The steps of {@link ScalarExp#exp}, spelled out: a helper method would not be inlined. */
  @Override
  public void exp(long row, int n, float max, long sums) {
    int padded = ScoreRows.padded(n);
    for (int lane = 0; lane < LANES; lane += STEP) {
      FloatVector sum = FloatVector.fromMemorySegment(S, ALL, sums + 4L * lane, LITTLE);
      for (int j = lane; j < padded; j += LANES) {
        FloatVector x = FloatVector.fromMemorySegment(S, ALL, row + 4L * j, LITTLE).sub(max);
        FloatVector shifted =
            x.fma(
                FloatVector.broadcast(S, ScalarExp.LOG2_E),
                FloatVector.broadcast(S, ScalarExp.ROUND));
        FloatVector whole = shifted.sub(ScalarExp.ROUND);
        FloatVector r = whole.fma(FloatVector.broadcast(S, -ScalarExp.LN2_HIGH), x);
        r = whole.fma(FloatVector.broadcast(S, -ScalarExp.LN2_LOW), r);
        FloatVector p =
            FloatVector.broadcast(S, ScalarExp.C7)
                .fma(r, FloatVector.broadcast(S, ScalarExp.C6))
                .fma(r, FloatVector.broadcast(S, ScalarExp.C5))
                .fma(r, FloatVector.broadcast(S, ScalarExp.C4))
                .fma(r, FloatVector.broadcast(S, ScalarExp.C3))
                .fma(r, FloatVector.broadcast(S, ScalarExp.C2))
                .fma(r.mul(r), r)
                .add(1f);
        FloatVector power =
            shifted
                .reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, ScalarExp.EXPONENT_SHIFT)
                .reinterpretAsFloats();
        FloatVector e = p.mul(power).blend(0f, x.compare(VectorOperators.LT, ScalarExp.UNDERFLOW));
        e.intoMemorySegment(ALL, row + 4L * j, LITTLE);
        sum = sum.add(e);
      }
      sum.intoMemorySegment(ALL, sums + 4L * lane, LITTLE);
    }
  }

  @Override
  public void scoreGradient(long p, long ds, int n, float d) {
    int j = 0;
    for (; j + STEP <= n; j += STEP) {
      FloatVector.fromMemorySegment(S, ALL, p + 4L * j, LITTLE)
          .mul(FloatVector.fromMemorySegment(S, ALL, ds + 4L * j, LITTLE).sub(d))
          .intoMemorySegment(ALL, ds + 4L * j, LITTLE);
    }
    for (; j < n; j++) {
      putFloat(ds + 4L * j, getFloat(p + 4L * j) * (getFloat(ds + 4L * j) - d));
    }
  }

  @Override
  public void rescaleAdd(long y, float factor, long x, int n) {
    FloatVector f = FloatVector.broadcast(S, factor);
    int j = 0;
    for (; j + STEP <= n; j += STEP) {
      FloatVector.fromMemorySegment(S, ALL, y + 4L * j, LITTLE)
          .fma(f, FloatVector.fromMemorySegment(S, ALL, x + 4L * j, LITTLE))
          .intoMemorySegment(ALL, y + 4L * j, LITTLE);
    }
    for (; j < n; j++) {
      putFloat(y + 4L * j, Math.fma(getFloat(y + 4L * j), factor, getFloat(x + 4L * j)));
    }
  }

  @Override
  public void addScaled(long y, float factor, long x, int n) {
    FloatVector f = FloatVector.broadcast(S, factor);
    int j = 0;
    for (; j + STEP <= n; j += STEP) {
      FloatVector.fromMemorySegment(S, ALL, x + 4L * j, LITTLE)
          .fma(f, FloatVector.fromMemorySegment(S, ALL, y + 4L * j, LITTLE))
          .intoMemorySegment(ALL, y + 4L * j, LITTLE);
    }
    for (; j < n; j++) {
      putFloat(y + 4L * j, Math.fma(getFloat(x + 4L * j), factor, getFloat(y + 4L * j)));
    }
  }

  @Override
  public void addRows(long y, long p, int count, long x, long xRow, int n) {
    int i = 0;
    for (; i + STEP <= n; i += STEP) {
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
    FloatVector d = FloatVector.broadcast(S, divisor);
    int j = 0;
    for (; j + STEP <= n; j += STEP) {
      FloatVector.fromMemorySegment(S, ALL, x + 4L * j, LITTLE)
          .div(d)
          .intoMemorySegment(ALL, y + 4L * j, LITTLE);
    }
    for (; j < n; j++) {
      putFloat(y + 4L * j, getFloat(x + 4L * j) / divisor);
    }
  }
}
