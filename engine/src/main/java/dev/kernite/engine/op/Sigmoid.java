package dev.kernite.engine.op;

import dev.kernite.kernels.UnaryFunction;

/** The logistic function 1 / (1 + e^-x). */
@Named("sigmoid")
@Input("x")
public record Sigmoid() implements Activation {
  @Override
  public UnaryFunction function() {
    return UnaryFunction.SIGMOID;
  }
}
