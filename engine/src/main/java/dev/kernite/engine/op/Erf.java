package dev.kernite.engine.op;

import dev.kernite.kernels.UnaryFunction;

/** Gauss error function. */
@Named("erf")
@Input("x")
public record Erf() implements Activation {
  @Override
  public UnaryFunction function() {
    return UnaryFunction.ERF;
  }
}
