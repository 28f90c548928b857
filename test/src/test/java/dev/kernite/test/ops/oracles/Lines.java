package dev.kernite.test.ops.oracles;

import dev.kernite.test.ops.NdArray;
import java.util.Arrays;
import java.util.function.ToDoubleFunction;

/** The lines of an array along one axis. */
final class Lines {
  private Lines() {}

  /** One value from each line; the axis stays with extent 1. */
  static NdArray reduce(NdArray x, int axis, ToDoubleFunction<double[]> f) {
    double[] line = new double[(int) x.shape().dim(axis)];
    return NdArray.generate(
        x.shape().with(axis, 1),
        at -> {
          for (int j = 0; j < line.length; j++) {
            line[j] = x.at(NdArray.replace(at, axis, j));
          }
          return f.applyAsDouble(line);
        });
  }

  /** The largest value; NaN if there is one. */
  static double max(double[] line) {
    return Arrays.stream(line).reduce(Double.NEGATIVE_INFINITY, Math::max);
  }

  /** The sum of e^(x - from). */
  static double sumOfExp(double[] line, double from) {
    return Arrays.stream(line).map(v -> Math.exp(v - from)).sum();
  }
}
