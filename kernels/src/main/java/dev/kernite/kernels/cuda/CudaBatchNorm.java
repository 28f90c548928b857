package dev.kernite.kernels.cuda;

import dev.kernite.kernels.BatchNorm;
import dev.kernite.kernels.cuda.driver.Kernel;
import dev.kernite.kernels.cuda.driver.Kernels;
import dev.kernite.kernels.cuda.driver.Scratch;
import java.lang.foreign.MemorySegment;

/** Batch normalisation on the device: {@code batch_norm.cu}. */
final class CudaBatchNorm implements BatchNorm {
  /** Values of a part of a channel, at least: some for each thread. */
  private static final long LEAST_LENGTH = 2048;

  /** Blocks that fill any device: no more parts than it takes to have as many. */
  private static final long BLOCKS = 1024;

  /** Bytes of the two sums of a part. */
  private static final long SUMS = 16;

  private final Scratch scratch;
  private final Grids grids;
  private final Kernel moments;
  private final Kernel statistics;
  private final Kernel normalise;
  private final Kernel gradSums;
  private final Kernel gradParameters;
  private final Kernel grad;

  CudaBatchNorm(Kernels kernels, Scratch scratch) {
    this.scratch = scratch;
    grids = new Grids(kernels);
    moments = kernels.kernel("batch_norm", "batch_norm_moments");
    statistics = kernels.kernel("batch_norm", "batch_norm_statistics");
    normalise = kernels.kernel("batch_norm", "batch_norm_normalise");
    gradSums = kernels.kernel("batch_norm", "batch_norm_grad_sums");
    gradParameters = kernels.kernel("batch_norm", "batch_norm_grad_parameters");
    grad = kernels.kernel("batch_norm", "batch_norm_grad");
  }

  private static MemorySegment struct(Shape s) {
    return Structs.of(s.batch(), s.channels(), s.pixels());
  }

  /** Length of the parts that the sums over a channel are cut into, by the shape alone. */
  private static long length(Shape s) {
    long parts = Math.clamp(s.count() / LEAST_LENGTH, 1, Math.max(1, BLOCKS / s.channels()));
    return Math.max(1, Grids.ceil(s.count(), parts));
  }

  private static void launchSums(Kernel kernel, Shape s, int parts) {
    kernel.launch(s.channels(), parts, 1, Grids.THREADS, 1, 0);
  }

  @Override
  public void statistics(Shape s, long x, long mean, long variance) {
    if (s.channels() == 0) {
      return;
    }
    long length = length(s);
    int parts = (int) Grids.ceil(s.count(), length);
    long sums = scratch.bytes(SUMS * parts * s.channels());
    if (parts > 0) {
      launchSums(moments.arg(struct(s)).arg(x).arg(sums).arg(length), s, parts);
    }
    statistics.arg(struct(s)).arg(x).arg(sums).arg(parts).arg(mean).arg(variance);
    grids.each(statistics, s.channels());
    scratch.release(sums);
  }

  @Override
  public void normalise(
      Shape s, long x, long mean, long variance, long weight, long bias, float eps, long y) {
    if (s.channels() * s.count() > 0) {
      normalise.arg(struct(s)).arg(x).arg(mean).arg(variance).arg(weight).arg(bias).arg(eps);
      grids.rows(normalise.arg(y), s.batch() * s.channels(), s.pixels(), 1);
    }
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
    if (s.channels() == 0) {
      return;
    }
    long length = length(s);
    int parts = (int) Grids.ceil(s.count(), length);
    long sums = scratch.bytes(SUMS * parts * s.channels());
    long means = scratch.bytes(8 * s.channels());
    if (parts > 0) {
      launchSums(gradSums.arg(struct(s)).arg(x).arg(dy).arg(mean).arg(sums).arg(length), s, parts);
    }
    gradParameters.arg(struct(s)).arg(sums).arg(parts).arg(variance).arg(eps);
    gradParameters.arg(ownStatistics ? 1 : 0).arg(means).arg(dweight).arg(dbias);
    grids.each(gradParameters, s.channels());
    if (dx != 0 && s.count() > 0) {
      grad.arg(struct(s)).arg(x).arg(mean).arg(variance).arg(weight).arg(eps).arg(means);
      grids.rows(grad.arg(dy).arg(dx), s.batch() * s.channels(), s.pixels(), 1);
    }
    scratch.release(means);
    scratch.release(sums);
  }
}
