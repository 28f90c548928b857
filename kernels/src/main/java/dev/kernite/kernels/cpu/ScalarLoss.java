package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.getFloat;
import static dev.kernite.kernels.cpu.RawMemory.getInt;
import static dev.kernite.kernels.cpu.RawMemory.putFloat;

import dev.kernite.kernels.Loss;
import dev.kernite.kernels.LossFunction;

/**
 * Losses in plain Java, in float64. The gradients of the cross-entropies sum the exponentials again
 * instead of reading lse: rounded to float32, it costs large logits their digits.
 */
final class ScalarLoss implements Loss {
  private static final double LOWEST_LOG = -100;
  private static final float SMALLEST_VARIANCE = 1e-12f;

  private final Workers workers;

  ScalarLoss(Workers workers) {
    this.workers = workers;
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
    Chunks.rows(
        workers,
        rows,
        classes,
        (from, to) -> {
          for (long row = from; row < to; row++) {
            long at = x + 4 * row * classes;
            float max = ScalarSoftmax.max(at, classes, 4);
            double logSum = Math.log(ScalarSoftmax.sumExp(at, classes, 4, max));
            putFloat(lse + 4 * row, (float) (max + logSum));
            int y = getInt(targets + 4 * row);
            double value = 0;
            if (y != ignoreIndex) {
              value = (max - (double) getFloat(at + 4L * y) + logSum) * weight(weight, y);
              if (smoothing != 0) {
                double uniform = smoothed(at, weight, classes, max, logSum) / classes;
                value = (1 - smoothing) * value + smoothing * uniform;
              }
            }
            putFloat(loss + 4 * row, (float) value);
          }
        });
  }

  /** Sum over the classes of w[c] nll(c). */
  private static double smoothed(long x, long weight, long classes, float max, double logSum) {
    double sum = 0;
    for (long c = 0; c < classes; c++) {
      sum += weight(weight, c) * (max - (double) getFloat(x + 4 * c) + logSum);
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
    double weightSum = weightSum(weight, classes);
    Chunks.rows(
        workers,
        rows,
        classes,
        (from, to) -> {
          for (long row = from; row < to; row++) {
            long offset = 4 * row * classes;
            int y = getInt(targets + 4 * row);
            if (y == ignoreIndex) {
              RawMemory.zero(dx + offset, 4 * classes);
              continue;
            }
            double upstream = getFloat(scale + 4 * row);
            double hit = upstream * (1 - smoothing) * weight(weight, y);
            double spread = upstream * smoothing / classes;
            double mass = hit + spread * weightSum;
            float max = ScalarSoftmax.max(x + offset, classes, 4);
            double sum = ScalarSoftmax.sumExp(x + offset, classes, 4, max);
            for (long c = 0; c < classes; c++) {
              long k = offset + 4 * c;
              double p = Math.exp((double) getFloat(x + k) - max) / sum;
              double target = spread * weight(weight, c) + (c == y ? hit : 0);
              putFloat(dx + k, (float) (mass * p - target));
            }
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
    double uniform = (double) smoothing / classes;
    Chunks.rows(
        workers,
        rows,
        classes,
        (from, to) -> {
          for (long row = from; row < to; row++) {
            long offset = 4 * row * classes;
            float max = ScalarSoftmax.max(x + offset, classes, 4);
            double logSum = Math.log(ScalarSoftmax.sumExp(x + offset, classes, 4, max));
            double sum = 0;
            for (long c = 0; c < classes; c++) {
              long k = offset + 4 * c;
              double target = (1 - smoothing) * (double) getFloat(targets + k) + uniform;
              sum += weight(weight, c) * target * (max - (double) getFloat(x + k) + logSum);
            }
            putFloat(loss + 4 * row, (float) sum);
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
    double uniform = (double) smoothing / classes;
    Chunks.rows(
        workers,
        rows,
        classes,
        (from, to) -> {
          for (long row = from; row < to; row++) {
            long offset = 4 * row * classes;
            double upstream = getFloat(scale + 4 * row);
            float max = ScalarSoftmax.max(x + offset, classes, 4);
            double sum = ScalarSoftmax.sumExp(x + offset, classes, 4, max);
            double mass = 0;
            for (long c = 0; c < classes; c++) {
              double target =
                  (1 - smoothing) * (double) getFloat(targets + offset + 4 * c) + uniform;
              mass += weight(weight, c) * target;
            }
            for (long c = 0; c < classes; c++) {
              long k = offset + 4 * c;
              double p = Math.exp((double) getFloat(x + k) - max) / sum;
              double target = (1 - smoothing) * (double) getFloat(targets + k) + uniform;
              putFloat(dx + k, (float) (upstream * (mass * p - weight(weight, c) * target)));
            }
          }
        });
  }

  private static double weight(long weight, long c) {
    return weight == 0 ? 1 : getFloat(weight + 4 * c);
  }

  static double weightSum(long weight, long classes) {
    double sum = 0;
    for (long c = 0; c < classes; c++) {
      sum += weight(weight, c);
    }
    return sum;
  }

  @Override
  public void elementwise(
      LossFunction f, float p, long x, long y, long weight, long posWeight, long loss, long n) {
    Chunks.run(
        workers,
        n,
        (from, to) -> {
          for (long i = from; i < to; i++) {
            long k = 4 * i;
            double value = value(f, p, getFloat(x + k), getFloat(y + k), weight(posWeight, i));
            putFloat(loss + k, (float) (weight(weight, i) * value));
          }
        });
  }

  private static double value(LossFunction f, double p, double x, double y, double posWeight) {
    return switch (f) {
      case MSE -> (x - y) * (x - y);
      case L1 -> Math.abs(x - y);
      case BCE ->
          -(y * Math.max(Math.log(x), LOWEST_LOG) + (1 - y) * Math.max(Math.log1p(-x), LOWEST_LOG));
      case BCE_WITH_LOGITS -> {
        // log(1 + e^-x) = -log sigmoid(x), and log(1 + e^x) = x + log(1 + e^-x)
        double softplus = Math.max(-x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
        yield (1 - y) * x + (1 + (posWeight - 1) * y) * softplus;
      }
      case SMOOTH_L1 -> {
        double d = Math.abs(x - y);
        yield d < p ? d * d / (2 * p) : d - p / 2;
      }
      case KL_DIV -> (y == 0 ? 0 : y * Math.log(y)) - y * x;
      case KL_DIV_LOG -> Math.exp(y) * (y - x);
    };
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
    Chunks.run(
        workers,
        n,
        (from, to) -> {
          for (long i = from; i < to; i++) {
            long k = 4 * i;
            double derivative =
                derivative(f, p, getFloat(x + k), getFloat(y + k), weight(posWeight, i));
            double grad = getFloat(scale + k) * weight(weight, i) * derivative;
            if (dx != 0) {
              putFloat(dx + k, (float) grad);
            }
            if (dy != 0) {
              putFloat(dy + k, (float) -grad); // a function of x - y alone
            }
          }
        });
  }

  private static double derivative(LossFunction f, double p, float x, float y, double posWeight) {
    return switch (f) {
      case MSE -> 2 * ((double) x - y);
      case L1 -> Math.signum((double) x - y);
      case BCE -> ((double) x - y) / Math.max((1.0 - x) * x, SMALLEST_VARIANCE);
      case BCE_WITH_LOGITS -> (1 - y) - (1 + (posWeight - 1) * y) * CpuMath.sigmoid(-(double) x);
      case SMOOTH_L1 -> {
        double d = (double) x - y;
        yield Math.abs(d) < p ? d / p : Math.signum(d);
      }
      case KL_DIV -> -y;
      case KL_DIV_LOG -> -Math.exp(y);
    };
  }
}
