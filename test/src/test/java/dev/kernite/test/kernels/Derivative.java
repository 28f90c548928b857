package dev.kernite.test.kernels;

import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;

/** Gradients of oracles by central differences in float64. */
final class Derivative {
  private static final double STEP = 1e-5;

  private Derivative() {}

  /** f'(x), to about 1e-9. */
  static double of(DoubleUnaryOperator f, double x) {
    double h = STEP * (1 + Math.abs(x));
    return (f.applyAsDouble(x + h) - f.applyAsDouble(x - h)) / (2 * h);
  }

  /** The gradient of a function of several values. */
  static double[] of(ToDoubleFunction<double[]> f, double[] x) {
    double[] at = x.clone();
    double[] gradient = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      double h = STEP * (1 + Math.abs(x[i]));
      at[i] = x[i] + h;
      double up = f.applyAsDouble(at);
      at[i] = x[i] - h;
      double down = f.applyAsDouble(at);
      at[i] = x[i];
      gradient[i] = (up - down) / (2 * h);
    }
    return gradient;
  }

  /** Sum of w y: the scalar whose gradient a vector-Jacobian product is. */
  static double weighted(double[] y, float[] w) {
    double sum = 0;
    for (int i = 0; i < y.length; i++) {
      sum += y[i] * w[i];
    }
    return sum;
  }
}
