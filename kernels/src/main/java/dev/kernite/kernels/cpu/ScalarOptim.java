package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.getFloat;
import static dev.kernite.kernels.cpu.RawMemory.putFloat;

import dev.kernite.kernels.AdamFactors;
import dev.kernite.kernels.Optim;

/** Optimiser updates in plain Java, in float32 with constants from float64, as PyTorch has them. */
final class ScalarOptim implements Optim {
  private final Workers workers;

  ScalarOptim(Workers workers) {
    this.workers = workers;
  }

  @Override
  public void adam(long p, long g, long m, long v, long vMax, long n, Adam c) {
    AdamFactors k = AdamFactors.of(c);
    Chunks.run(workers, n, (from, to) -> adamRange(p, g, m, v, vMax, from, to, k));
  }

  /** Updates the values {@code from} to {@code to - 1}. */
  static void adamRange(
      long p, long g, long m, long v, long vMax, long from, long to, AdamFactors k) {
    for (long i = from; i < to; i++) {
      adam(p + 4 * i, g + 4 * i, m + 4 * i, v + 4 * i, vMax == 0 ? 0 : vMax + 4 * i, k);
    }
  }

  private static void adam(long p, long g, long m, long v, long vMax, AdamFactors k) {
    float parameter = getFloat(p);
    float gradient = getFloat(g) * k.gradScale();
    if (k.l2() != 0) {
      gradient += k.l2() * parameter;
    }
    parameter *= k.keep();
    float first = k.beta1() * getFloat(m) + k.rest1() * gradient;
    float second = k.beta2() * getFloat(v) + k.rest2() * gradient * gradient;
    putFloat(m, first);
    putFloat(v, second);
    if (vMax != 0) {
      second = Math.max(getFloat(vMax), second);
      putFloat(vMax, second);
    }
    float denominator = (float) Math.sqrt(second) / k.rootCorrection() + k.eps();
    putFloat(p, parameter - k.stepSize() * first / denominator);
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
    float rate = (float) lr;
    float inertia = (float) momentum;
    float decay = (float) weightDecay;
    float scale = (float) gradScale;
    Chunks.run(
        workers,
        n,
        (from, to) -> {
          for (long i = from; i < to; i++) {
            long at = 4 * i;
            float parameter = getFloat(p + at);
            float step = getFloat(g + at) * scale;
            if (decay != 0) {
              step += decay * parameter;
            }
            if (buffer != 0) {
              float speed = first ? step : inertia * getFloat(buffer + at) + step;
              putFloat(buffer + at, speed);
              step = nesterov ? step + inertia * speed : speed;
            }
            putFloat(p + at, parameter - rate * step);
          }
        });
  }

  @Override
  public void adaptive(long p, long g, long squares, long buffer, long n, Adaptive c) {
    float rate = (float) c.lr();
    float keep = (float) c.keep();
    float add = (float) c.add();
    float eps = (float) c.eps();
    float inertia = (float) c.momentum();
    float decay = (float) c.weightDecay();
    float scale = (float) c.gradScale();
    Chunks.run(
        workers,
        n,
        (from, to) -> {
          for (long i = from; i < to; i++) {
            long at = 4 * i;
            float parameter = getFloat(p + at);
            float gradient = getFloat(g + at) * scale;
            if (decay != 0) {
              gradient += decay * parameter;
            }
            float sum = keep * getFloat(squares + at) + add * gradient * gradient;
            putFloat(squares + at, sum);
            float step = gradient / ((float) Math.sqrt(sum) + eps);
            if (buffer != 0) {
              step = inertia * getFloat(buffer + at) + step;
              putFloat(buffer + at, step);
            }
            putFloat(p + at, parameter - rate * step);
          }
        });
  }
}
