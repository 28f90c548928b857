package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.getFloat;
import static dev.kernite.kernels.cpu.RawMemory.putDouble;
import static dev.kernite.kernels.cpu.RawMemory.putFloat;

import dev.kernite.kernels.Reduce;
import dev.kernite.kernels.ReduceFunction;

/**
 * Reductions on vectors: everything but products along the last axis, sums and means along any. The
 * rest is the plain twin's.
 */
final class VectorReduce implements Reduce {
  /** Values of one part of a long row; a multiple of the blocks of {@link VectorRows}. */
  private static final long PART = 1 << 15;

  private final Workers workers;
  private final HostMemory memory;
  private final ScalarReduce plain;

  VectorReduce(Workers workers, HostMemory memory) {
    this.workers = workers;
    this.memory = memory;
    this.plain = new ScalarReduce(workers);
  }

  @Override
  public void reduce(ReduceFunction f, long x, long y, long outer, long n, long inner, float p) {
    boolean sum = f == ReduceFunction.SUM || f == ReduceFunction.MEAN;
    if (inner == 1 && f != ReduceFunction.PROD) {
      Chunks.rows(
          workers,
          outer,
          n,
          (from, to) -> {
            for (long row = from; row < to; row++) {
              putFloat(y + 4 * row, (float) row(f, x + 4 * row * n, n, p));
            }
          });
    } else if (sum && inner >= Lanes.LANES && n > 0) {
      VectorColumns.sum(workers, memory, x, y, outer, n, inner);
      if (f == ReduceFunction.MEAN) {
        Chunks.run(
            workers,
            outer * inner,
            (from, to) -> ReductionKernels.scale(y + 4 * from, y + 4 * from, to - from, 1f / n));
      }
    } else {
      plain.reduce(f, x, y, outer, n, inner, p);
    }
  }

  private double row(ReduceFunction f, long x, long n, float p) {
    return switch (f) {
      case SUM -> sum(x, n);
      case MEAN -> sum(x, n) / n;
      case VAR -> variance(x, n, p);
      case STD -> Math.sqrt(variance(x, n, p));
      case MAX -> extreme(x, n, true);
      case MIN -> extreme(x, n, false);
      case NORM -> Math.sqrt(sumOfSquares(x, n));
      case PROD -> throw new AssertionError(f);
    };
  }

  /** One part of a row. */
  @FunctionalInterface
  private interface Part {
    double value(long x, long n);
  }

  /** Values of the parts of a row, computed in parallel unless this is a task already. */
  private double[] parts(long x, long n, Part part) {
    double[] values = new double[Math.toIntExact(Chunks.count(n, PART))];
    Chunks.run(
        workers,
        n,
        PART,
        (from, to) -> values[(int) (from / PART)] = part.value(x + 4 * from, to - from));
    return values;
  }

  private double total(long x, long n, Part part) {
    if (n <= PART) {
      return part.value(x, n);
    }
    double total = 0;
    for (double value : parts(x, n, part)) {
      total += value;
    }
    return total;
  }

  private double sum(long x, long n) {
    return total(x, n, VectorRows::sum);
  }

  private double variance(long x, long n, float p) {
    float mean = (float) (sum(x, n) / n);
    double squares = total(x, n, (from, count) -> VectorRows.squares(from, count, mean));
    // The mean was rounded to float32: take out what that added.
    double shift = total(x, n, (from, count) -> VectorRows.sumShifted(from, count, mean));
    return (squares - shift * shift / n) / Math.max(0, n - (double) p);
  }

  private double extreme(long x, long n, boolean largest) {
    if (n <= PART) {
      return largest ? ReductionKernels.max(x, n) : ReductionKernels.min(x, n);
    }
    double[] values =
        parts(
            x,
            n,
            (from, count) ->
                largest ? ReductionKernels.max(from, count) : ReductionKernels.min(from, count));
    double extreme = values[0];
    for (double value : values) {
      extreme = largest ? Math.max(extreme, value) : Math.min(extreme, value);
    }
    return extreme;
  }

  private double sumOfSquares(long x, long n) {
    return total(x, n, WideSquares::sum);
  }

  @Override
  public void reduceGrad(
      ReduceFunction f,
      long x,
      long y,
      long dy,
      long dx,
      long outer,
      long n,
      long inner,
      float p,
      boolean spread) {
    if (f != ReduceFunction.SUM && f != ReduceFunction.MEAN) {
      plain.reduceGrad(f, x, y, dy, dx, outer, n, inner, p, spread);
      return;
    }
    float factor = f == ReduceFunction.SUM ? 1 : 1f / n;
    if (inner == 1) {
      Chunks.rows(
          workers,
          outer,
          n,
          (from, to) -> {
            for (long row = from; row < to; row++) {
              float value = getFloat(dy + 4 * row) * factor;
              ReductionKernels.fill(dx + 4 * row * n, n, value);
            }
          });
    } else {
      Chunks.rows(
          workers,
          outer * n,
          inner,
          (from, to) -> {
            for (long row = from; row < to; row++) {
              long upstream = dy + 4 * (row / n) * inner;
              ReductionKernels.scale(upstream, dx + 4 * row * inner, inner, factor);
            }
          });
    }
  }

  @Override
  public void cumulativeSum(long x, long y, long outer, long n, long inner, boolean reverse) {
    plain.cumulativeSum(x, y, outer, n, inner, reverse);
  }

  @Override
  public void argMax(long x, long y, long outer, long n, long inner) {
    plain.argMax(x, y, outer, n, inner);
  }

  @Override
  public void sumOfSquares(long x, long y, long n) {
    putDouble(y, sumOfSquares(x, n));
  }
}
