package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.getFloat;
import static dev.kernite.kernels.cpu.RawMemory.putFloat;

import dev.kernite.kernels.BatchNorm;
import java.util.function.LongToDoubleFunction;

/** Batch normalisation in plain Java, channel by channel, with sums in float64. */
final class ScalarBatchNorm implements BatchNorm {
  private final Workers workers;

  ScalarBatchNorm(Workers workers) {
    this.workers = workers;
  }

  /** What to do with the value at an offset in bytes. */
  private interface Value {
    void visit(long offset);
  }

  private static void forEachValue(Shape s, long channel, Value value) {
    for (long n = 0; n < s.batch(); n++) {
      long at = 4 * (n * s.channels() + channel) * s.pixels();
      for (long p = 0; p < s.pixels(); p++) {
        value.visit(at + 4 * p);
      }
    }
  }

  /** Adds up a function of the values of one channel. */
  private static double sum(Shape s, long channel, LongToDoubleFunction term) {
    double sum = 0;
    for (long n = 0; n < s.batch(); n++) {
      long at = 4 * (n * s.channels() + channel) * s.pixels();
      for (long p = 0; p < s.pixels(); p++) {
        sum += term.applyAsDouble(at + 4 * p);
      }
    }
    return sum;
  }

  private void forEachChannel(Shape s, Chunks.Body body) {
    Chunks.rows(workers, s.channels(), s.count(), body);
  }

  @Override
  public void statistics(Shape s, long x, long mean, long variance) {
    forEachChannel(
        s,
        (from, to) -> {
          for (long c = from; c < to; c++) {
            double centre = sum(s, c, at -> getFloat(x + at)) / s.divisor();
            double squares =
                sum(
                    s,
                    c,
                    at -> {
                      double distance = getFloat(x + at) - centre;
                      return distance * distance;
                    });
            putFloat(mean + 4 * c, (float) centre);
            putFloat(variance + 4 * c, (float) (squares / s.divisor()));
          }
        });
  }

  @Override
  public void normalise(
      Shape s, long x, long mean, long variance, long weight, long bias, float eps, long y) {
    forEachChannel(
        s,
        (from, to) -> {
          for (long c = from; c < to; c++) {
            double centre = getFloat(mean + 4 * c);
            double scale = rstd(variance, c, eps) * (weight == 0 ? 1 : getFloat(weight + 4 * c));
            double offset = bias == 0 ? 0 : getFloat(bias + 4 * c);
            forEachValue(
                s,
                c,
                at -> putFloat(y + at, (float) ((getFloat(x + at) - centre) * scale + offset)));
          }
        });
  }

  static double rstd(long variance, long channel, float eps) {
    return 1 / Math.sqrt((double) getFloat(variance + 4 * channel) + eps);
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
    forEachChannel(
        s,
        (from, to) -> {
          for (long c = from; c < to; c++) {
            double centre = getFloat(mean + 4 * c);
            double rstd = rstd(variance, c, eps);
            double gain = weight == 0 ? 1 : getFloat(weight + 4 * c);
            double sum = sum(s, c, at -> getFloat(dy + at));
            double dot = rstd * sum(s, c, at -> getFloat(dy + at) * (getFloat(x + at) - centre));
            if (dweight != 0) {
              putFloat(dweight + 4 * c, (float) dot);
            }
            if (dbias != 0) {
              putFloat(dbias + 4 * c, (float) sum);
            }
            double meanGrad = ownStatistics ? sum / s.divisor() : 0;
            double slope = ownStatistics ? dot / s.divisor() * rstd : 0;
            if (dx != 0) {
              forEachValue(
                  s,
                  c,
                  at -> {
                    double g = getFloat(dy + at) - meanGrad - (getFloat(x + at) - centre) * slope;
                    putFloat(dx + at, (float) (gain * rstd * g));
                  });
            }
          }
        });
  }
}
