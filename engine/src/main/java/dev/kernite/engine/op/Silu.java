package dev.kernite.engine.op;

import dev.kernite.kernels.UnaryFunction;

/** x sigmoid(x), also called swish (Ramachandran et al. 2017). */
@Named("silu")
@Input("x")
public record Silu() implements Activation {
  @Override
  public UnaryFunction function() {
    return UnaryFunction.SILU;
  }
}
