package dev.kernite.kernels.cpu;

import dev.kernite.kernels.AdamFactors;
import dev.kernite.kernels.Optim;

/**
 * Adam in all its kinds on vectors, in the operations of the plain twin and with its bits. The rest
 * is the plain twin's, whose loops the JIT turns into vectors by itself.
 */
final class VectorOptim implements Optim {
  private final Workers workers;
  private final ScalarOptim plain;

  VectorOptim(Workers workers) {
    this.workers = workers;
    this.plain = new ScalarOptim(workers);
  }

  /** A generated kernel. */
  @FunctionalInterface
  private interface Step {
    void run(
        long p,
        long g,
        long m,
        long v,
        long vMax,
        long n,
        float gradScale,
        float decay,
        float keep,
        float beta1,
        float rest1,
        float beta2,
        float rest2,
        float rootCorrection,
        float eps,
        float stepSize);
  }

  @Override
  public void adam(long p, long g, long m, long v, long vMax, long n, Adam c) {
    AdamFactors k = AdamFactors.of(c);
    Step step =
        vMax == 0
            ? k.l2() == 0 ? OptimKernels::adam : OptimKernels::adamDecayed
            : k.l2() == 0 ? OptimKernels::amsgrad : OptimKernels::amsgradDecayed;
    Chunks.run(
        workers,
        n,
        (from, to) -> {
          long at = 4 * from;
          long whole = Lanes.whole(to - from);
          step.run(
              p + at,
              g + at,
              m + at,
              v + at,
              vMax + at,
              whole,
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
          ScalarOptim.adamRange(p, g, m, v, vMax, from + whole, to, k);
        });
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
    plain.sgd(p, g, buffer, n, lr, momentum, weightDecay, nesterov, first, gradScale);
  }

  @Override
  public void adaptive(long p, long g, long squares, long buffer, long n, Adaptive c) {
    plain.adaptive(p, g, squares, buffer, n, c);
  }
}
