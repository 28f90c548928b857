package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.getFloat;
import static dev.kernite.kernels.cpu.RawMemory.putFloat;

import dev.kernite.kernels.BatchNorm;

/**
 * Batch normalisation on vectors, along the pixels of one channel of one sample. Where these are
 * fewer than a vector the plain twin does as well.
 */
final class VectorBatchNorm implements BatchNorm {
  private final Workers workers;
  private final ScalarBatchNorm plain;

  VectorBatchNorm(Workers workers) {
    this.workers = workers;
    this.plain = new ScalarBatchNorm(workers);
  }

  /** What to do with a block of rows, at an offset in bytes. */
  private interface Block {
    void visit(long offset, int rows, long n);
  }

  /** Visits the values of a channel, as many at a time as lanes may add up in float32. */
  private static void forEachBlock(Shape s, long channel, Block block) {
    long rows = Math.max(1, VectorRows.BLOCK / s.pixels());
    for (long first = 0; first < s.batch(); first += rows) {
      long at = (first * s.channels() + channel) * s.pixels();
      int count = (int) Math.min(rows, s.batch() - first);
      for (long p = 0; p < s.pixels(); p += VectorRows.BLOCK) {
        block.visit(4 * (at + p), count, Math.min(VectorRows.BLOCK, s.pixels() - p));
      }
    }
  }

  /** Bytes from one sample to the next. */
  private static long row(Shape s) {
    return 4 * s.channels() * s.pixels();
  }

  private void forEachChannel(Shape s, Chunks.Body body) {
    Chunks.rows(workers, s.channels(), s.count(), body);
  }

  @Override
  public void statistics(Shape s, long x, long mean, long variance) {
    if (s.pixels() < Lanes.LANES) {
      plain.statistics(s, x, mean, variance);
      return;
    }
    forEachChannel(
        s,
        (from, to) -> {
          for (long c = from; c < to; c++) {
            // The second pass corrects the first (Chan, Golub, LeVeque 1983): a mean in float32
            // may be off by more than the values vary.
            float centre = (float) moments(s, c, x, 0)[0];
            double[] moments = moments(s, c, x, centre);
            putFloat(mean + 4 * c, (float) (centre + moments[0]));
            putFloat(variance + 4 * c, (float) (moments[1] - moments[0] * moments[0]));
          }
        });
  }

  /** Means of x - centre and of its squares. */
  private static double[] moments(Shape s, long channel, long x, float centre) {
    long room = Lanes.padding();
    double[] sums = new double[2];
    forEachBlock(
        s,
        channel,
        (at, rows, n) -> {
          BatchNormKernels.moments(x + at, row(s), rows, n, centre, room);
          sums[0] += getFloat(room);
          sums[1] += getFloat(room + 4);
        });
    sums[0] /= s.divisor();
    sums[1] /= s.divisor();
    return sums;
  }

  @Override
  public void normalise(
      Shape s, long x, long mean, long variance, long weight, long bias, float eps, long y) {
    if (s.pixels() < Lanes.LANES) {
      plain.normalise(s, x, mean, variance, weight, bias, eps, y);
      return;
    }
    forEachChannel(
        s,
        (from, to) -> {
          for (long c = from; c < to; c++) {
            float centre = getFloat(mean + 4 * c);
            double gain = weight == 0 ? 1 : getFloat(weight + 4 * c);
            float scale = (float) (gain * ScalarBatchNorm.rstd(variance, c, eps));
            float offset = bias == 0 ? 0 : getFloat(bias + 4 * c);
            forEachBlock(
                s,
                c,
                (at, rows, n) ->
                    BatchNormKernels.normalise(
                        x + at, y + at, row(s), rows, n, centre, scale, offset));
          }
        });
  }

  @Override
  public void grad(
      Shape s,
      boolean ownStatistics,
      long x,
      long mean,
      long variance,
      long weight,
      float eps,
      long dy,
      long dx,
      long dweight,
      long dbias) {
    if (s.pixels() < Lanes.LANES) {
      plain.grad(s, ownStatistics, x, mean, variance, weight, eps, dy, dx, dweight, dbias);
      return;
    }
    forEachChannel(
        s,
        (from, to) -> {
          long room = Lanes.padding();
          for (long c = from; c < to; c++) {
            float centre = getFloat(mean + 4 * c);
            double rstd = ScalarBatchNorm.rstd(variance, c, eps);
            double gain = weight == 0 ? 1 : getFloat(weight + 4 * c);
            double[] sums = new double[2];
            forEachBlock(
                s,
                c,
                (at, rows, n) -> {
                  BatchNormKernels.gradientSums(x + at, dy + at, row(s), rows, n, centre, room);
                  sums[0] += getFloat(room);
                  sums[1] += getFloat(room + 4);
                });
            double sum = sums[0];
            double dot = rstd * sums[1];
            if (dweight != 0) {
              putFloat(dweight + 4 * c, (float) dot);
            }
            if (dbias != 0) {
              putFloat(dbias + 4 * c, (float) sum);
            }
            if (dx != 0) {
              float scale = (float) (gain * rstd);
              float meanGrad = ownStatistics ? (float) (sum / s.divisor()) : 0;
              float slope = ownStatistics ? (float) (dot / s.divisor() * rstd) : 0;
              forEachBlock(
                  s,
                  c,
                  (at, rows, n) ->
                      BatchNormKernels.gradient(
                          x + at, dy + at, dx + at, row(s), rows, n, centre, scale, meanGrad,
                          slope));
            }
          }
        });
  }
}
