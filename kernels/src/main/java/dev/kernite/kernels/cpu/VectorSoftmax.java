package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.getFloat;
import static dev.kernite.kernels.cpu.RawMemory.putFloat;

import dev.kernite.kernels.Softmax;

/**
 * The softmax family along the last axis on vectors; along other axes it is the plain twin's. The
 * largest value may be taken without regard to NaN, as NaN makes the sum of exponentials NaN.
 */
final class VectorSoftmax implements Softmax {
  private final Workers workers;
  private final ScalarSoftmax plain;

  VectorSoftmax(Workers workers) {
    this.workers = workers;
    this.plain = new ScalarSoftmax(workers);
  }

  /** What to do with one row. */
  @FunctionalInterface
  private interface Row {
    /**
     * Handles a row.
     *
     * @param at byte offset of its first value
     * @param result byte offset of its value in an array with one value a row
     */
    void run(long at, long result);
  }

  private void rows(long rows, long n, Row body) {
    Chunks.rows(
        workers,
        rows,
        n,
        (from, to) -> {
          for (long row = from; row < to; row++) {
            body.run(4 * row * n, 4 * row);
          }
        });
  }

  @Override
  public void softmax(long x, long y, long outer, long n, long inner) {
    if (inner != 1) {
      plain.softmax(x, y, outer, n, inner);
      return;
    }
    rows(
        outer,
        n,
        (at, result) -> {
          float max = ReductionKernels.largest(x + at, n);
          double sum = VectorRows.storeExp(x + at, y + at, n, max);
          ReductionKernels.scale(y + at, y + at, n, (float) (1 / sum));
        });
  }

  @Override
  public void softmaxGrad(long y, long dy, long dx, long outer, long n, long inner) {
    if (inner != 1) {
      plain.softmaxGrad(y, dy, dx, outer, n, inner);
      return;
    }
    rows(
        outer,
        n,
        (at, result) -> {
          float dot = (float) VectorRows.dot(y + at, dy + at, n);
          SoftmaxKernels.softmaxGrad(y + at, dy + at, dx + at, n, dot);
        });
  }

  @Override
  public void logSoftmax(long x, long y, long outer, long n, long inner) {
    if (inner != 1) {
      plain.logSoftmax(x, y, outer, n, inner);
      return;
    }
    rows(
        outer,
        n,
        (at, result) -> {
          float max = ReductionKernels.largest(x + at, n);
          float logSum = (float) Math.log(VectorRows.sumExp(x + at, n, max));
          SoftmaxKernels.logSoftmax(x + at, y + at, n, max, logSum);
        });
  }

  @Override
  public void logSoftmaxGrad(long y, long dy, long dx, long outer, long n, long inner) {
    if (inner != 1) {
      plain.logSoftmaxGrad(y, dy, dx, outer, n, inner);
      return;
    }
    rows(
        outer,
        n,
        (at, result) -> {
          float sum = (float) VectorRows.sum(dy + at, n);
          SoftmaxKernels.logSoftmaxGrad(y + at, dy + at, dx + at, n, sum);
        });
  }

  @Override
  public void logSumExp(long x, long y, long outer, long n, long inner) {
    if (inner != 1) {
      plain.logSumExp(x, y, outer, n, inner);
      return;
    }
    rows(
        outer,
        n,
        (at, result) -> {
          float max = ReductionKernels.max(x + at, n);
          double value =
              Float.isInfinite(max) ? max : max + Math.log(VectorRows.sumExp(x + at, n, max));
          putFloat(y + result, (float) value);
        });
  }

  @Override
  public void logSumExpGrad(long x, long y, long dy, long dx, long outer, long n, long inner) {
    if (inner != 1) {
      plain.logSumExpGrad(x, y, dy, dx, outer, n, inner);
      return;
    }
    rows(
        outer,
        n,
        (at, result) -> {
          float lse = getFloat(y + result);
          float upstream = getFloat(dy + result);
          SoftmaxKernels.logSumExpGrad(x + at, dx + at, n, lse, upstream);
        });
  }
}
