package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.getByte;
import static dev.kernite.kernels.cpu.RawMemory.getFloat;
import static dev.kernite.kernels.cpu.RawMemory.putFloat;

/** {@link ScoreRows} in plain Java. */
final class ScalarScoreRows implements ScoreRows {
  @Override
  public float scores(
      long row, int n, float scale, long bias, long biasStep, long mask, long maskStep) {
    float max = Float.NEGATIVE_INFINITY;
    for (int j = 0; j < n; j++) {
      long at = row + 4L * j;
      float s = getFloat(at);
      s = bias == 0 ? s * scale : Math.fma(s, scale, getFloat(bias + j * biasStep));
      if (mask != 0 && getByte(mask + j * maskStep) == 0) {
        s = Float.NEGATIVE_INFINITY;
      }
      putFloat(at, s);
      max = Math.max(max, s);
    }
    for (int j = n; j < ScoreRows.padded(n); j++) {
      putFloat(row + 4L * j, Float.NEGATIVE_INFINITY);
    }
    return max;
  }

  @Override
  public void exp(long row, int n, float max, float factor, long sums) {
    for (int lane = 0; lane < LANES; lane++) {
      putFloat(sums + 4L * lane, getFloat(sums + 4L * lane) * factor);
    }
    for (int j = 0; j < ScoreRows.padded(n); j++) {
      long at = row + 4L * j;
      long sum = sums + 4L * (j % LANES);
      float p = ScalarExp.exp(getFloat(at) - max);
      putFloat(at, p);
      putFloat(sum, getFloat(sum) + p);
    }
  }

  @Override
  public void scoreGradient(long p, long ds, int n, float d) {
    for (long i = 0; i < 4L * n; i += 4) {
      putFloat(ds + i, getFloat(p + i) * (getFloat(ds + i) - d));
    }
  }

  @Override
  public void rescaleAdd(long y, float factor, long x, int n) {
    for (long i = 0; i < 4L * n; i += 4) {
      putFloat(y + i, Math.fma(getFloat(y + i), factor, getFloat(x + i)));
    }
  }

  @Override
  public void addScaled(long y, float factor, long x, int n) {
    for (long i = 0; i < 4L * n; i += 4) {
      putFloat(y + i, Math.fma(getFloat(x + i), factor, getFloat(y + i)));
    }
  }

  @Override
  public void addRows(long y, long p, int count, long x, long xRow, int n) {
    for (int j = 0; j < count; j++) {
      addScaled(y, getFloat(p + 4L * j), x + j * xRow, n);
    }
  }

  @Override
  public void divide(long x, float divisor, long y, int n) {
    for (long i = 0; i < 4L * n; i += 4) {
      putFloat(y + i, getFloat(x + i) / divisor);
    }
  }

  @Override
  public float dot(long a, long b, int n, long sums) {
    RawMemory.zero(sums, 4L * LANES);
    for (int j = 0; j < n; j++) {
      long sum = sums + 4L * (j % LANES);
      putFloat(sum, Math.fma(getFloat(a + 4L * j), getFloat(b + 4L * j), getFloat(sum)));
    }
    return total(sums);
  }

  @Override
  public float total(long sums) {
    return sumByHalves(sums);
  }

  static float sumByHalves(long sums) {
    float[] s = new float[LANES];
    for (int i = 0; i < LANES; i++) {
      s[i] = getFloat(sums + 4L * i);
    }
    for (int half = LANES / 2; half > 0; half /= 2) {
      for (int i = 0; i < half; i++) {
        s[i] += s[i + half];
      }
    }
    return s[0];
  }
}
