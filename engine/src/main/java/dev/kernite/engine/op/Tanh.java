package dev.kernite.engine.op;

import dev.kernite.kernels.UnaryFunction;

/** Hyperbolic tangent. */
@Named("tanh")
@Input("x")
public record Tanh() implements Activation {
  @Override
  public UnaryFunction function() {
    return UnaryFunction.TANH;
  }
}
