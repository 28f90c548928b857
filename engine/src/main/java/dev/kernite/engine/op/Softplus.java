package dev.kernite.engine.op;

import dev.kernite.kernels.UnaryFunction;

/**
 * log(1 + e^(beta x)) / beta; x itself where beta x &gt; threshold.
 *
 * @param beta sharpness
 * @param threshold where it turns linear
 */
@Named("softplus")
@Input("x")
public record Softplus(@Default("1") float beta, @Default("20") float threshold)
    implements Activation {
  @Override
  public UnaryFunction function() {
    return UnaryFunction.SOFTPLUS;
  }

  @Override
  public float p() {
    return beta;
  }

  @Override
  public float q() {
    return threshold;
  }
}
