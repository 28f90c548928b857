package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.getFloat;
import static dev.kernite.kernels.cpu.RawMemory.putFloat;

import dev.kernite.kernels.Softmax;

/** The softmax family in plain Java: a line at a time, sums in float64. */
final class ScalarSoftmax implements Softmax {
  private final Workers workers;

  ScalarSoftmax(Workers workers) {
    this.workers = workers;
  }

  /** What to do with one line. */
  @FunctionalInterface
  private interface Line {
    /**
     * Handles a line.
     *
     * @param at byte offset of its first value
     * @param result byte offset of its value in an array with one value a line
     */
    void run(long at, long result);
  }

  private void lines(long outer, long n, long inner, Line line) {
    Chunks.rows(
        workers,
        outer * inner,
        n,
        (from, to) -> {
          for (long l = from; l < to; l++) {
            line.run(4 * (l / inner * n * inner + l % inner), 4 * l);
          }
        });
  }

  @Override
  public void softmax(long x, long y, long outer, long n, long inner) {
    long step = 4 * inner;
    lines(
        outer,
        n,
        inner,
        (at, result) -> {
          float max = max(x + at, n, step);
          double sum = sumExp(x + at, n, step, max);
          for (long j = 0; j < n; j++) {
            long k = at + j * step;
            putFloat(y + k, (float) (Math.exp((double) getFloat(x + k) - max) / sum));
          }
        });
  }

  @Override
  public void softmaxGrad(long y, long dy, long dx, long outer, long n, long inner) {
    long step = 4 * inner;
    lines(
        outer,
        n,
        inner,
        (at, result) -> {
          double dot = 0;
          for (long j = 0; j < n; j++) {
            long k = at + j * step;
            dot += (double) getFloat(y + k) * getFloat(dy + k);
          }
          for (long j = 0; j < n; j++) {
            long k = at + j * step;
            putFloat(dx + k, (float) (getFloat(y + k) * (getFloat(dy + k) - dot)));
          }
        });
  }

  @Override
  public void logSoftmax(long x, long y, long outer, long n, long inner) {
    long step = 4 * inner;
    lines(
        outer,
        n,
        inner,
        (at, result) -> {
          float max = max(x + at, n, step);
          double logSum = Math.log(sumExp(x + at, n, step, max));
          for (long j = 0; j < n; j++) {
            long k = at + j * step;
            putFloat(y + k, (float) ((double) getFloat(x + k) - max - logSum));
          }
        });
  }

  @Override
  public void logSoftmaxGrad(long y, long dy, long dx, long outer, long n, long inner) {
    long step = 4 * inner;
    lines(
        outer,
        n,
        inner,
        (at, result) -> {
          double sum = 0;
          for (long j = 0; j < n; j++) {
            sum += getFloat(dy + at + j * step);
          }
          for (long j = 0; j < n; j++) {
            long k = at + j * step;
            putFloat(dx + k, (float) (getFloat(dy + k) - Math.exp(getFloat(y + k)) * sum));
          }
        });
  }

  @Override
  public void logSumExp(long x, long y, long outer, long n, long inner) {
    lines(
        outer,
        n,
        inner,
        (at, result) -> putFloat(y + result, (float) lineLogSumExp(x + at, n, 4 * inner)));
  }

  /** log(sum exp x); infinite where the largest value is, with its sign. */
  private static double lineLogSumExp(long x, long n, long step) {
    float max = max(x, n, step);
    float shift = Float.isInfinite(max) ? 0 : max;
    return shift + Math.log(sumExp(x, n, step, shift));
  }

  @Override
  public void logSumExpGrad(long x, long y, long dy, long dx, long outer, long n, long inner) {
    long step = 4 * inner;
    lines(
        outer,
        n,
        inner,
        (at, result) -> {
          float lse = getFloat(y + result);
          float upstream = getFloat(dy + result);
          for (long j = 0; j < n; j++) {
            long k = at + j * step;
            putFloat(dx + k, (float) (upstream * Math.exp((double) getFloat(x + k) - lse)));
          }
        });
  }

  /** Largest of n values, NaN if there is one. */
  static float max(long x, long n, long step) {
    float max = Float.NEGATIVE_INFINITY;
    for (long j = 0; j < n; j++) {
      max = Math.max(max, getFloat(x + j * step));
    }
    return max;
  }

  /** Sum of exp(x - shift). */
  static double sumExp(long x, long n, long step, float shift) {
    double sum = 0;
    for (long j = 0; j < n; j++) {
      sum += Math.exp((double) getFloat(x + j * step) - shift);
    }
    return sum;
  }
}
