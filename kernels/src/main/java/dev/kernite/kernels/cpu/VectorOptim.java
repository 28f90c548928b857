package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.Lanes.BYTES;
import static dev.kernite.kernels.cpu.Lanes.S;
import static dev.kernite.kernels.cpu.RawMemory.ALL;
import static dev.kernite.kernels.cpu.RawMemory.LITTLE;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.kernite.kernels.Optim;
import jdk.incubator.vector.FloatVector;

/**
 * Adam and AdamW on vectors, in the operations of the plain twin and with its bits; the rarer
 * updates are the plain twin's.
 */
final class VectorOptim implements Optim {
  private final Workers workers;
  private final ScalarOptim plain;

  VectorOptim(Workers workers) {
    this.workers = workers;
    this.plain = new ScalarOptim(workers);
  }

  @Override
  public void adam(long p, long g, long m, long v, long vMax, long n, Adam c) {
    ScalarOptim.AdamFactors k = ScalarOptim.AdamFactors.of(c);
    if (vMax != 0 || k.l2() != 0) {
      plain.adam(p, g, m, v, vMax, n, c);
      return;
    }
    Chunks.run(
        workers,
        n,
        (from, to) -> {
          long at = 4 * from;
          long whole = Lanes.whole(to - from);
          adam(p + at, g + at, m + at, v + at, whole, k);
          ScalarOptim.adamRange(p, g, m, v, 0, from + whole, to, k);
        });
  }

  private static void adam(long p, long g, long m, long v, long n, ScalarOptim.AdamFactors k) {
    float gradScale = k.gradScale();
    float keep = k.keep();
    float beta1 = k.beta1();
    float rest1 = k.rest1();
    float beta2 = k.beta2();
    float rest2 = k.rest2();
    float rootCorrection = k.rootCorrection();
    float eps = k.eps();
    float stepSize = k.stepSize();
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector gradient = fromMemorySegment(S, ALL, g + i, LITTLE).mul(gradScale);
      FloatVector first =
          fromMemorySegment(S, ALL, m + i, LITTLE).mul(beta1).add(gradient.mul(rest1));
      FloatVector second =
          fromMemorySegment(S, ALL, v + i, LITTLE)
              .mul(beta2)
              .add(gradient.mul(rest2).mul(gradient));
      first.intoMemorySegment(ALL, m + i, LITTLE);
      second.intoMemorySegment(ALL, v + i, LITTLE);
      FloatVector denominator = second.sqrt().div(rootCorrection).add(eps);
      fromMemorySegment(S, ALL, p + i, LITTLE)
          .mul(keep)
          .sub(first.mul(stepSize).div(denominator))
          .intoMemorySegment(ALL, p + i, LITTLE);
    }
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
}
