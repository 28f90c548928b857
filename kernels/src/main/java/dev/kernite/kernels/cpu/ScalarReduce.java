package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.getFloat;
import static dev.kernite.kernels.cpu.RawMemory.putDouble;
import static dev.kernite.kernels.cpu.RawMemory.putFloat;
import static dev.kernite.kernels.cpu.RawMemory.putInt;

import dev.kernite.kernels.Reduce;
import dev.kernite.kernels.ReduceFunction;

/**
 * Reductions in plain Java, accumulated in float64. Neighbouring lines ({@value #COLUMNS} at a
 * time) are reduced together, so that memory is read along its rows; a long line is cut into chunks
 * of {@value #ROWS} values whose results are combined in order.
 */
final class ScalarReduce implements Reduce {
  private static final int COLUMNS = 64;
  private static final long ROWS = 1 << 13;

  private final Workers workers;

  ScalarReduce(Workers workers) {
    this.workers = workers;
  }

  @Override
  public void reduce(ReduceFunction f, long x, long y, long outer, long n, long inner, float p) {
    forBlocks(
        outer,
        n,
        inner,
        (line, output, columns) -> {
          double[] result = result(f, x + 4 * line, n, inner, columns, p);
          for (int c = 0; c < columns; c++) {
            putFloat(y + 4 * (output + c), (float) result[c]);
          }
        });
  }

  private double[] result(ReduceFunction f, long x, long n, long inner, int columns, float p) {
    return switch (f) {
      case SUM -> total(Fold.SUM, x, n, inner, columns, null);
      case MEAN -> mean(x, n, inner, columns);
      case VAR, STD -> {
        double[] mean = mean(x, n, inner, columns);
        double[] result = total(Fold.SQUARES, x, n, inner, columns, mean);
        for (int c = 0; c < columns; c++) {
          double variance = result[c] / Math.max(0, n - (double) p);
          result[c] = f == ReduceFunction.VAR ? variance : Math.sqrt(variance);
        }
        yield result;
      }
      case MAX -> total(Fold.MAX, x, n, inner, columns, null);
      case MIN -> total(Fold.MIN, x, n, inner, columns, null);
      case PROD -> total(Fold.PRODUCT, x, n, inner, columns, null);
      case NORM -> {
        double[] result = total(Fold.SQUARES, x, n, inner, columns, new double[columns]);
        for (int c = 0; c < columns; c++) {
          result[c] = Math.sqrt(result[c]);
        }
        yield result;
      }
    };
  }

  private double[] mean(long x, long n, long inner, int columns) {
    double[] result = total(Fold.SUM, x, n, inner, columns, null);
    for (int c = 0; c < columns; c++) {
      result[c] /= n;
    }
    return result;
  }

  /** What is accumulated along a line. */
  private enum Fold {
    SUM,
    /** Squared distances from a centre. */
    SQUARES,
    MAX,
    MIN,
    PRODUCT;

    double start() {
      return switch (this) {
        case SUM, SQUARES -> 0;
        case MAX -> Double.NEGATIVE_INFINITY;
        case MIN -> Double.POSITIVE_INFINITY;
        case PRODUCT -> 1;
      };
    }

    double combine(double a, double b) {
      return switch (this) {
        case SUM, SQUARES -> a + b;
        case MAX -> Math.max(a, b);
        case MIN -> Math.min(a, b);
        case PRODUCT -> a * b;
      };
    }
  }

  /** Folds {@code columns} neighbouring lines of n values. */
  private double[] total(Fold fold, long x, long n, long inner, int columns, double[] centre) {
    double[][] parts = new double[Math.toIntExact(Math.max(1, Chunks.count(n, ROWS)))][columns];
    workers.run(
        parts.length,
        part -> {
          long from = part * ROWS;
          long rows = Math.min(ROWS, n - from);
          fold(fold, x + 4 * from * inner, rows, inner, centre, parts[(int) part]);
        });
    double[] result = parts[0];
    for (int part = 1; part < parts.length; part++) {
      for (int c = 0; c < columns; c++) {
        result[c] = fold.combine(result[c], parts[part][c]);
      }
    }
    return result;
  }

  private static void fold(
      Fold fold, long x, long rows, long inner, double[] centre, double[] into) {
    for (int c = 0; c < into.length; c++) {
      into[c] = fold.start();
    }
    for (long row = 0; row < rows; row++) {
      long at = x + 4 * row * inner;
      for (int c = 0; c < into.length; c++) {
        double value = getFloat(at + 4L * c);
        if (fold == Fold.SQUARES) {
          value = (value - centre[c]) * (value - centre[c]);
        }
        into[c] = fold.combine(into[c], value);
      }
    }
  }

  /** Lines that lie side by side. */
  @FunctionalInterface
  private interface Block {
    /**
     * Handles a block.
     *
     * @param line offset in x of the first value of the first line
     * @param output number of that line
     * @param columns neighbouring lines
     */
    void run(long line, long output, int columns);
  }

  private void forBlocks(long outer, long n, long inner, Block block) {
    long blocks = Chunks.count(inner, COLUMNS);
    Chunks.rows(
        workers,
        outer * blocks,
        n * Math.min(inner, COLUMNS),
        (from, to) -> {
          for (long b = from; b < to; b++) {
            long o = b / blocks;
            long i = b % blocks * COLUMNS;
            int columns = (int) Math.min(COLUMNS, inner - i);
            block.run(o * n * inner + i, o * inner + i, columns);
          }
        });
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
    forBlocks(
        outer,
        n,
        inner,
        (line, output, columns) -> {
          double[] mean = null;
          if (f == ReduceFunction.VAR || f == ReduceFunction.STD) {
            mean = mean(x + 4 * line, n, inner, columns);
          }
          for (int c = 0; c < columns; c++) {
            long at = 4 * (line + c);
            float result = getFloat(y + 4 * (output + c));
            float upstream = getFloat(dy + 4 * (output + c));
            lineGrad(
                f,
                x + at,
                result,
                upstream,
                dx + at,
                n,
                4 * inner,
                mean == null ? 0 : mean[c],
                p,
                spread);
          }
        });
  }

  private static void lineGrad(
      ReduceFunction f,
      long x,
      float y,
      float dy,
      long dx,
      long n,
      long step,
      double mean,
      float p,
      boolean spread) {
    switch (f) {
      case SUM -> lineFill(dx, n, step, dy);
      case MEAN -> lineFill(dx, n, step, dy / n);
      case VAR -> lineScale(x, dx, n, step, mean, 2.0 * dy / Math.max(0, n - (double) p));
      case STD ->
          lineScale(x, dx, n, step, mean, y == 0 ? 0 : dy / (Math.max(0, n - (double) p) * y));
      case NORM -> lineScale(x, dx, n, step, 0, y == 0 ? 0 : (double) dy / y);
      case MAX, MIN -> lineExtremeGrad(x, y, dy, dx, n, step, spread);
      case PROD -> lineProductGrad(x, dy, dx, n, step);
    }
  }

  private static void lineFill(long dx, long n, long step, float value) {
    for (long j = 0; j < n; j++) {
      putFloat(dx + j * step, value);
    }
  }

  private static void lineScale(long x, long dx, long n, long step, double centre, double factor) {
    for (long j = 0; j < n; j++) {
      putFloat(dx + j * step, (float) ((getFloat(x + j * step) - centre) * factor));
    }
  }

  private static void lineExtremeGrad(
      long x, float y, float dy, long dx, long n, long step, boolean spread) {
    long ties = 0;
    for (long j = 0; j < n; j++) {
      ties += same(getFloat(x + j * step), y) ? 1 : 0;
    }
    float share = spread ? dy / ties : dy;
    boolean given = false;
    for (long j = 0; j < n; j++) {
      boolean takes = same(getFloat(x + j * step), y) && (spread || !given);
      given |= takes;
      putFloat(dx + j * step, takes ? share : 0);
    }
  }

  private static boolean same(float a, float b) {
    return a == b || (Float.isNaN(a) && Float.isNaN(b));
  }

  /** Each value's gradient is the product of the others, zeros among them counted apart. */
  private static void lineProductGrad(long x, float dy, long dx, long n, long step) {
    long zeros = 0;
    double product = 1; // of the nonzero values
    for (long j = 0; j < n; j++) {
      double value = getFloat(x + j * step);
      if (value == 0) {
        zeros++;
      } else {
        product *= value;
      }
    }
    for (long j = 0; j < n; j++) {
      double value = getFloat(x + j * step);
      double others = value == 0 ? (zeros == 1 ? product : 0) : (zeros == 0 ? product / value : 0);
      putFloat(dx + j * step, (float) (dy * others));
    }
  }

  @Override
  public void cumulativeSum(long x, long y, long outer, long n, long inner, boolean reverse) {
    Chunks.rows(
        workers,
        outer * inner,
        n,
        (from, to) -> {
          for (long l = from; l < to; l++) {
            long line = 4 * (l / inner * n * inner + l % inner);
            double sum = 0;
            for (long j = 0; j < n; j++) {
              long at = line + 4 * (reverse ? n - 1 - j : j) * inner;
              sum += getFloat(x + at);
              putFloat(y + at, (float) sum);
            }
          }
        });
  }

  @Override
  public void argMax(long x, long y, long outer, long n, long inner) {
    Chunks.rows(
        workers,
        outer * inner,
        n,
        (from, to) -> {
          for (long l = from; l < to; l++) {
            long line = x + 4 * (l / inner * n * inner + l % inner);
            putInt(y + 4 * l, lineArgMax(line, n, 4 * inner));
          }
        });
  }

  private static int lineArgMax(long x, long n, long step) {
    float best = Float.NEGATIVE_INFINITY;
    long index = 0;
    for (long j = 0; j < n; j++) {
      float value = getFloat(x + j * step);
      if (Float.isNaN(value)) {
        return (int) j;
      }
      if (value > best) {
        best = value;
        index = j;
      }
    }
    return (int) index;
  }

  @Override
  public void sumOfSquares(long x, long y, long n) {
    putDouble(y, total(Fold.SQUARES, x, n, 1, 1, new double[1])[0]);
  }
}
