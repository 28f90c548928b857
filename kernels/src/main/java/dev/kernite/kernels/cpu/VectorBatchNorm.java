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

  /** What to do with a run of pixels, at an offset in bytes. */
  private interface Run {
    void visit(long offset, long n);
  }

  private static void forEachRun(Shape s, long channel, Run run) {
    for (long n = 0; n < s.batch(); n++) {
      run.visit(4 * (n * s.channels() + channel) * s.pixels(), s.pixels());
    }
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
            double sum = 0;
            for (long n = 0; n < s.batch(); n++) {
              sum += VectorRows.sum(x + offset(s, n, c), s.pixels());
            }
            float centre = (float) (sum / s.divisor());
            double squares = 0;
            for (long n = 0; n < s.batch(); n++) {
              squares += VectorRows.squares(x + offset(s, n, c), s.pixels(), centre);
            }
            putFloat(mean + 4 * c, centre);
            putFloat(variance + 4 * c, (float) (squares / s.divisor()));
          }
        });
  }

  private static long offset(Shape s, long sample, long channel) {
    return 4 * (sample * s.channels() + channel) * s.pixels();
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
            forEachRun(
                s,
                c,
                (at, n) -> BatchNormKernels.normalise(x + at, y + at, n, centre, scale, offset));
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
            double sum = 0;
            double dot = 0;
            for (long n = 0; n < s.batch(); n++) {
              for (long p = 0; p < s.pixels(); p += VectorRows.BLOCK) {
                long at = offset(s, n, c) + 4 * p;
                long count = Math.min(VectorRows.BLOCK, s.pixels() - p);
                BatchNormKernels.gradientSums(x + at, dy + at, count, centre, room);
                sum += getFloat(room);
                dot += rstd * getFloat(room + 4);
              }
            }
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
              forEachRun(
                  s,
                  c,
                  (at, n) ->
                      BatchNormKernels.gradient(
                          x + at, dy + at, dx + at, n, centre, scale, meanGrad, slope));
            }
          }
        });
  }
}
