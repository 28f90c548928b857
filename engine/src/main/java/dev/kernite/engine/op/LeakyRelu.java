package dev.kernite.engine.op;

import dev.kernite.kernels.UnaryFunction;

/**
 * y = x where x &gt;= 0, else slope x (Maas et al. 2013).
 *
 * @param negativeSlope gradient for negative inputs, dimensionless
 */
@Named("leaky_relu")
@Input("x")
public record LeakyRelu(@Default("0.01") float negativeSlope) implements Activation {
  @Override
  public UnaryFunction function() {
    return UnaryFunction.LEAKY_RELU;
  }

  @Override
  public float p() {
    return negativeSlope;
  }
}
