package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.getFloat;
import static dev.kernite.kernels.cpu.RawMemory.getInt;
import static dev.kernite.kernels.cpu.RawMemory.putFloat;

import dev.kernite.kernels.Loss;
import dev.kernite.kernels.LossFunction;

/**
 * Losses on vectors. Class weights of soft targets and weights of positive examples, which are
 * rare, are the plain twin's.
 */
final class VectorLoss implements Loss {
  private final Workers workers;
  private final ScalarLoss plain;

  VectorLoss(Workers workers) {
    this.workers = workers;
    this.plain = new ScalarLoss(workers);
  }

  @Override
  public void crossEntropy(
      long x,
      long targets,
      long weight,
      long loss,
      long lse,
      long rows,
      long classes,
      int ignoreIndex,
      float smoothing) {
    double weightSum = ScalarLoss.weightSum(weight, classes);
    Chunks.rows(
        workers,
        rows,
        classes,
        (from, to) -> {
          for (long row = from; row < to; row++) {
            long at = x + 4 * row * classes;
            float max = ReductionKernels.largest(at, classes);
            double logSum = Math.log(VectorRows.sumExp(at, classes, max));
            putFloat(lse + 4 * row, (float) (max + logSum));
            int y = getInt(targets + 4 * row);
            double value = 0;
            if (y != ignoreIndex) {
              double hit = weight == 0 ? 1 : getFloat(weight + 4L * y);
              value = hit * (max - (double) getFloat(at + 4L * y) + logSum);
              if (smoothing != 0) {
                double below = belowMax(at, weight, classes, max);
                double uniform = (weightSum * logSum - below) / classes;
                value = (1 - smoothing) * value + smoothing * uniform;
              }
            }
            putFloat(loss + 4 * row, (float) value);
          }
        });
  }

  /** Sum of w[c] (x[c] - max). */
  private static double belowMax(long x, long weight, long classes, float max) {
    if (weight == 0) {
      return VectorRows.sumShifted(x, classes, max);
    }
    double sum = 0;
    for (long i = 0; i < 4 * classes; i += 4) {
      sum += getFloat(weight + i) * ((double) getFloat(x + i) - max);
    }
    return sum;
  }

  @Override
  public void crossEntropyGrad(
      long x,
      long targets,
      long weight,
      long lse,
      long scale,
      long dx,
      long rows,
      long classes,
      int ignoreIndex,
      float smoothing) {
    double weightSum = ScalarLoss.weightSum(weight, classes);
    Chunks.rows(
        workers,
        rows,
        classes,
        (from, to) -> {
          for (long row = from; row < to; row++) {
            long at = 4 * row * classes;
            int y = getInt(targets + 4 * row);
            if (y == ignoreIndex) {
              RawMemory.zero(dx + at, 4 * classes);
              continue;
            }
            double upstream = getFloat(scale + 4 * row);
            double hit = upstream * (1 - smoothing) * (weight == 0 ? 1 : getFloat(weight + 4L * y));
            double spread = upstream * smoothing / classes;
            float max = ReductionKernels.largest(x + at, classes);
            double sum = VectorRows.storeExp(x + at, dx + at, classes, max);
            double factor = (hit + spread * weightSum) / sum;
            double own = getFloat(dx + at + 4L * y) * factor;
            double target = hit + spread * (weight == 0 ? 1 : getFloat(weight + 4L * y));
            if (smoothing == 0) {
              ReductionKernels.scale(dx + at, dx + at, classes, (float) factor);
            } else if (weight == 0) {
              LossKernels.scaleSubtract(dx + at, classes, (float) factor, (float) spread);
            } else {
              LossKernels.scaleSubtractWeighted(
                  weight, dx + at, classes, (float) factor, (float) spread);
            }
            putFloat(dx + at + 4L * y, (float) (own - target));
          }
        });
  }

  @Override
  public void softCrossEntropy(
      long x,
      long targets,
      long weight,
      long loss,
      long lse,
      long rows,
      long classes,
      float smoothing) {
    if (weight != 0) {
      plain.softCrossEntropy(x, targets, weight, loss, lse, rows, classes, smoothing);
      return;
    }
    Chunks.rows(
        workers,
        rows,
        classes,
        (from, to) -> {
          for (long row = from; row < to; row++) {
            long at = 4 * row * classes;
            float max = ReductionKernels.largest(x + at, classes);
            double logSum = Math.log(VectorRows.sumExp(x + at, classes, max));
            Targets t = Targets.of(x + at, targets + at, classes, max);
            double value = (1 - smoothing) * (t.mass * logSum - t.dot);
            if (smoothing != 0) {
              double below = VectorRows.sumShifted(x + at, classes, max);
              value += smoothing * (logSum - below / classes);
            }
            putFloat(loss + 4 * row, (float) value);
            putFloat(lse + 4 * row, (float) (max + logSum));
          }
        });
  }

  @Override
  public void softCrossEntropyGrad(
      long x,
      long targets,
      long weight,
      long lse,
      long scale,
      long dx,
      long rows,
      long classes,
      float smoothing) {
    if (weight != 0) {
      plain.softCrossEntropyGrad(x, targets, weight, lse, scale, dx, rows, classes, smoothing);
      return;
    }
    Chunks.rows(
        workers,
        rows,
        classes,
        (from, to) -> {
          for (long row = from; row < to; row++) {
            long at = 4 * row * classes;
            double upstream = getFloat(scale + 4 * row);
            double share = upstream * (1 - smoothing);
            double mass = share * VectorRows.sum(targets + at, classes) + upstream * smoothing;
            float max = ReductionKernels.largest(x + at, classes);
            double sum = VectorRows.storeExp(x + at, dx + at, classes, max);
            LossKernels.scaleSubtractTargets(
                targets + at,
                dx + at,
                classes,
                (float) (mass / sum),
                (float) share,
                (float) (upstream * smoothing / classes));
          }
        });
  }

  /**
   * Sums over a row of targets t.
   *
   * @param mass sum of t
   * @param dot sum of t (x - shift)
   */
  private record Targets(double mass, double dot) {
    static Targets of(long x, long t, long n, float shift) {
      long room = Lanes.padding();
      double mass = 0;
      double dot = 0;
      for (long c = 0; c < n; c += VectorRows.BLOCK) {
        long count = Math.min(VectorRows.BLOCK, n - c);
        LossKernels.targetSums(x + 4 * c, t + 4 * c, count, shift, room);
        mass += getFloat(room);
        dot += getFloat(room + 4);
      }
      return new Targets(mass, dot);
    }
  }

  @Override
  public void elementwise(
      LossFunction f, float p, long x, long y, long weight, long posWeight, long loss, long n) {
    if (posWeight != 0) {
      plain.elementwise(f, p, x, y, weight, posWeight, loss, n);
      return;
    }
    Chunks.run(
        workers,
        n,
        (from, to) -> {
          long at = 4 * from;
          long count = to - from;
          switch (f) {
            case MSE -> LossKernels.mse(x + at, y + at, loss + at, count);
            case L1 -> LossKernels.l1(x + at, y + at, loss + at, count);
            case BCE -> LossKernels.bce(x + at, y + at, loss + at, count);
            case BCE_WITH_LOGITS -> LossKernels.bceWithLogits(x + at, y + at, loss + at, count);
            case SMOOTH_L1 -> LossKernels.smoothL1(x + at, y + at, loss + at, count, p);
            case KL_DIV -> LossKernels.klDiv(x + at, y + at, loss + at, count);
            case KL_DIV_LOG -> LossKernels.klDivLog(x + at, y + at, loss + at, count);
          }
          if (weight != 0) {
            LossKernels.weigh(weight + at, loss + at, count);
          }
        });
  }

  @Override
  public void elementwiseGrad(
      LossFunction f,
      float p,
      long x,
      long y,
      long weight,
      long posWeight,
      long scale,
      long dx,
      long dy,
      long n) {
    if (posWeight != 0) {
      plain.elementwiseGrad(f, p, x, y, weight, posWeight, scale, dx, dy, n);
      return;
    }
    Chunks.run(
        workers,
        n,
        (from, to) -> {
          long at = 4 * from;
          long count = to - from;
          long grad = (dx == 0 ? dy : dx) + at;
          switch (f) {
            case MSE -> LossKernels.mseGrad(x + at, y + at, scale + at, grad, count);
            case L1 -> LossKernels.l1Grad(x + at, y + at, scale + at, grad, count);
            case BCE -> LossKernels.bceGrad(x + at, y + at, scale + at, grad, count);
            case BCE_WITH_LOGITS ->
                LossKernels.bceWithLogitsGrad(x + at, y + at, scale + at, grad, count);
            case SMOOTH_L1 -> LossKernels.smoothL1Grad(x + at, y + at, scale + at, grad, count, p);
            case KL_DIV -> LossKernels.klDivGrad(y + at, scale + at, grad, count);
            case KL_DIV_LOG -> LossKernels.klDivLogGrad(y + at, scale + at, grad, count);
          }
          if (weight != 0) {
            LossKernels.weigh(weight + at, grad, count);
          }
          if (dy != 0) { // a function of x - y alone
            Lanes.map(AlgebraKernels::negate, grad, dy + at, count);
          }
        });
  }
}
