package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.Lanes.BYTES;
import static dev.kernite.kernels.cpu.Lanes.S;
import static dev.kernite.kernels.cpu.RawMemory.ALL;
import static dev.kernite.kernels.cpu.RawMemory.LITTLE;
import static dev.kernite.kernels.cpu.RawMemory.getFloat;
import static dev.kernite.kernels.cpu.RawMemory.getInt;
import static dev.kernite.kernels.cpu.RawMemory.putFloat;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.kernite.kernels.Loss;
import dev.kernite.kernels.LossFunction;

/**
 * Cross-entropy against class indices on vectors; the other losses, computed once a step on little
 * data, are the plain twin's.
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
            } else {
              scaleSubtract(dx + at, weight, classes, (float) factor, (float) spread);
            }
            putFloat(dx + at + 4L * y, (float) (own - target));
          }
        });
  }

  /** y = factor y - spread w, w = 1 where there are no weights. */
  private static void scaleSubtract(long y, long weight, long n, float factor, float spread) {
    if (weight == 0) {
      long whole = Lanes.whole(n);
      for (long i = 0; i < 4 * whole; i += BYTES) {
        fromMemorySegment(S, ALL, y + i, LITTLE)
            .mul(factor)
            .sub(spread)
            .intoMemorySegment(ALL, y + i, LITTLE);
      }
      for (long i = 4 * whole; i < 4 * n; i += 4) {
        putFloat(y + i, getFloat(y + i) * factor - spread);
      }
    } else {
      for (long i = 0; i < 4 * n; i += 4) {
        putFloat(y + i, getFloat(y + i) * factor - spread * getFloat(weight + i));
      }
    }
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
    plain.softCrossEntropy(x, targets, weight, loss, lse, rows, classes, smoothing);
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
    plain.softCrossEntropyGrad(x, targets, weight, lse, scale, dx, rows, classes, smoothing);
  }

  @Override
  public void elementwise(
      LossFunction f, long x, long y, long weight, long posWeight, long loss, long n) {
    plain.elementwise(f, x, y, weight, posWeight, loss, n);
  }

  @Override
  public void elementwiseGrad(
      LossFunction f,
      long x,
      long y,
      long weight,
      long posWeight,
      long scale,
      long dx,
      long dy,
      long n) {
    plain.elementwiseGrad(f, x, y, weight, posWeight, scale, dx, dy, n);
  }
}
