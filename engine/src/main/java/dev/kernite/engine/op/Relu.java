package dev.kernite.engine.op;

import dev.kernite.kernels.UnaryFunction;

/** max(x, 0); the gradient at 0 is 0. */
@Named("relu")
@Input("x")
public record Relu() implements Activation {
  @Override
  public UnaryFunction function() {
    return UnaryFunction.RELU;
  }
}
