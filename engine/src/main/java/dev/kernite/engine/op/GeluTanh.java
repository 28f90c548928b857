package dev.kernite.engine.op;

import dev.kernite.kernels.UnaryFunction;

/** GELU by its tanh approximation (Hendrycks and Gimpel 2016), as in GPT-2. */
@Named("gelu_tanh")
@Input("x")
public record GeluTanh() implements Activation {
  @Override
  public UnaryFunction function() {
    return UnaryFunction.GELU_TANH;
  }
}
