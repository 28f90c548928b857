package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.Exponential.E2;
import static dev.kernite.kernels.cpu.Exponential.E3;
import static dev.kernite.kernels.cpu.Exponential.E4;
import static dev.kernite.kernels.cpu.Exponential.E5;
import static dev.kernite.kernels.cpu.Exponential.E6;
import static dev.kernite.kernels.cpu.Exponential.E7;
import static dev.kernite.kernels.cpu.Exponential.HIGHEST;
import static dev.kernite.kernels.cpu.Exponential.LN2_HIGH;
import static dev.kernite.kernels.cpu.Exponential.LN2_LOW;
import static dev.kernite.kernels.cpu.Exponential.LOG2_E;
import static dev.kernite.kernels.cpu.Exponential.LOWEST;
import static dev.kernite.kernels.cpu.Exponential.ONE;
import static dev.kernite.kernels.cpu.Exponential.ROUNDER;
import static dev.kernite.kernels.cpu.Lanes.BYTES;
import static dev.kernite.kernels.cpu.Lanes.S;
import static dev.kernite.kernels.cpu.RawMemory.ALL;
import static dev.kernite.kernels.cpu.RawMemory.LITTLE;
import static dev.kernite.kernels.cpu.RawMemory.getFloat;
import static dev.kernite.kernels.cpu.RawMemory.putFloat;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.kernite.kernels.Softmax;
import jdk.incubator.vector.FloatVector;

/** The softmax family along the last axis on vectors; along other axes it is the plain twin's. */
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
          float max = VectorRows.max(x + at, n);
          double sum = VectorRows.storeExp(x + at, y + at, n, max);
          VectorRows.scale(y + at, y + at, n, (float) (1 / sum));
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
          subtractAndWeigh(y + at, dy + at, dx + at, n, dot);
        });
  }

  /** dx = y (dy - dot). */
  private static void subtractAndWeigh(long y, long dy, long dx, long n, float dot) {
    long whole = Lanes.whole(n);
    for (long i = 0; i < 4 * whole; i += BYTES) {
      fromMemorySegment(S, ALL, dy + i, LITTLE)
          .sub(dot)
          .mul(fromMemorySegment(S, ALL, y + i, LITTLE))
          .intoMemorySegment(ALL, dx + i, LITTLE);
    }
    for (long i = 4 * whole; i < 4 * n; i += 4) {
      putFloat(dx + i, (getFloat(dy + i) - dot) * getFloat(y + i));
    }
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
          float max = VectorRows.max(x + at, n);
          float logSum = (float) Math.log(VectorRows.sumExp(x + at, n, max));
          subtractTwice(x + at, y + at, n, max, logSum);
        });
  }

  /** y = x - max - logSum, in this order: x - max is exact where it matters. */
  private static void subtractTwice(long x, long y, long n, float max, float logSum) {
    long whole = Lanes.whole(n);
    for (long i = 0; i < 4 * whole; i += BYTES) {
      fromMemorySegment(S, ALL, x + i, LITTLE)
          .sub(max)
          .sub(logSum)
          .intoMemorySegment(ALL, y + i, LITTLE);
    }
    for (long i = 4 * whole; i < 4 * n; i += 4) {
      putFloat(y + i, getFloat(x + i) - max - logSum);
    }
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
          Lanes.map(
              (from, upstream, to, count) -> subtractExp(from, upstream, to, count, sum),
              y + at,
              dy + at,
              dx + at,
              n);
        });
  }

  /** dx = dy - exp(y) sum; n is a multiple of the vector length, y is not positive. */
  private static void subtractExp(long from, long upstream, long to, long n, float sum) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector y = fromMemorySegment(S, ALL, from + i, LITTLE);
      var below = y.compare(LT, LOWEST);
      FloatVector w = y.blend(LOWEST, below);
      FloatVector t = w.fma(broadcast(S, LOG2_E), broadcast(S, ROUNDER));
      FloatVector k = t.sub(ROUNDER);
      FloatVector r = k.fma(broadcast(S, -LN2_HIGH), w);
      r = k.fma(broadcast(S, -LN2_LOW), r);
      FloatVector e = broadcast(S, E7).fma(r, broadcast(S, E6));
      e = e.fma(r, broadcast(S, E5));
      e = e.fma(r, broadcast(S, E4));
      e = e.fma(r, broadcast(S, E3));
      e = e.fma(r, broadcast(S, E2));
      e = e.fma(r.mul(r), r).add(1f);
      e = e.mul(t.reinterpretAsInts().lanewise(LSHL, 23).add(ONE).reinterpretAsFloats());
      e = e.blend(0f, below).mul(sum);
      fromMemorySegment(S, ALL, upstream + i, LITTLE).sub(e).intoMemorySegment(ALL, to + i, LITTLE);
    }
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
          float max = VectorRows.max(x + at, n);
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
          Lanes.map(
              (from, to, count) -> weighExp(from, to, count, lse, upstream), x + at, dx + at, n);
        });
  }

  /** dx = exp(x - lse) dy; n is a multiple of the vector length. */
  private static void weighExp(long from, long to, long n, float lse, float dy) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector x = fromMemorySegment(S, ALL, from + i, LITTLE).sub(lse);
      var below = x.compare(LT, LOWEST);
      FloatVector w = x.blend(LOWEST, below);
      w = w.blend(HIGHEST, w.compare(GT, HIGHEST));
      FloatVector t = w.fma(broadcast(S, LOG2_E), broadcast(S, ROUNDER));
      FloatVector k = t.sub(ROUNDER);
      FloatVector r = k.fma(broadcast(S, -LN2_HIGH), w);
      r = k.fma(broadcast(S, -LN2_LOW), r);
      FloatVector e = broadcast(S, E7).fma(r, broadcast(S, E6));
      e = e.fma(r, broadcast(S, E5));
      e = e.fma(r, broadcast(S, E4));
      e = e.fma(r, broadcast(S, E3));
      e = e.fma(r, broadcast(S, E2));
      e = e.fma(r.mul(r), r).add(1f);
      e = e.mul(t.reinterpretAsInts().lanewise(LSHL, 23).add(ONE).reinterpretAsFloats());
      e.blend(0f, below).mul(dy).intoMemorySegment(ALL, to + i, LITTLE);
    }
  }
}
