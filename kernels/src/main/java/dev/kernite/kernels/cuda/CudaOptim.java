package dev.kernite.kernels.cuda;

import dev.kernite.kernels.AdamFactors;
import dev.kernite.kernels.Optim;
import dev.kernite.kernels.cuda.driver.Kernel;
import dev.kernite.kernels.cuda.driver.Kernels;
import dev.kernite.kernels.cuda.driver.Scratch;
import java.lang.foreign.MemorySegment;

/** Fused optimiser updates on the device: {@code optim.cu}. */
final class CudaOptim implements Optim {
  private final Grids grids;
  private final Kernel adam;
  private final Kernel sgd;
  private final Kernel adaptive;

  CudaOptim(Kernels kernels, Scratch scratch) {
    grids = new Grids(kernels);
    adam = kernels.kernel("optim", "optim_adam");
    sgd = kernels.kernel("optim", "optim_sgd");
    adaptive = kernels.kernel("optim", "optim_adaptive");
  }

  @Override
  public void adam(long p, long g, long m, long v, long vMax, long n, Adam c) {
    if (n > 0) {
      grids.flat(adam.arg(p).arg(g).arg(m).arg(v).arg(vMax).arg(n).arg(struct(c)), n);
    }
  }

  /** The struct {@code AdamFactors} of optim.cu. */
  private static MemorySegment struct(Adam c) {
    AdamFactors k = AdamFactors.of(c);
    return Structs.of(
        k.gradScale(),
        k.l2(),
        k.keep(),
        k.beta1(),
        k.rest1(),
        k.beta2(),
        k.rest2(),
        k.rootCorrection(),
        k.eps(),
        k.stepSize());
  }

  @Override
  public void sgd(
      long p,
      long g,
      long buffer,
      long n,
      double lr,
      double momentum,
      double weightDecay,
      boolean nesterov,
      boolean first,
      double gradScale) {
    if (n > 0) {
      sgd.arg(p)
          .arg(g)
          .arg(buffer)
          .arg(n)
          .arg((float) lr)
          .arg((float) momentum)
          .arg((float) weightDecay)
          .arg((float) gradScale)
          .arg(nesterov ? 1 : 0)
          .arg(first ? 1 : 0);
      grids.flat(sgd, n);
    }
  }

  @Override
  public void adaptive(long p, long g, long squares, long buffer, long n, Adaptive c) {
    if (n > 0) {
      adaptive.arg(p).arg(g).arg(squares).arg(buffer).arg(n).arg(struct(c));
      grids.flat(adaptive, n);
    }
  }

  /** The struct {@code AdaptiveFactors} of optim.cu. */
  private static MemorySegment struct(Adaptive c) {
    return Structs.of(
        (float) c.lr(),
        (float) c.keep(),
        (float) c.add(),
        (float) c.eps(),
        (float) c.momentum(),
        (float) c.weightDecay(),
        (float) c.gradScale());
  }
}
