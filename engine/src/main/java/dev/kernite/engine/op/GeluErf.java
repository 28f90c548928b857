package dev.kernite.engine.op;

import dev.kernite.kernels.UnaryFunction;

/** GELU with the exact normal distribution function, as in BERT. */
@Named("gelu_erf")
@Input("x")
public record GeluErf() implements Activation {
  @Override
  public UnaryFunction function() {
    return UnaryFunction.GELU_ERF;
  }
}
