package dev.kernite.engine.op;

import dev.kernite.kernels.UnaryFunction;

/** log(sigmoid(x)), without overflow. */
@Named("log_sigmoid")
@Input("x")
public record LogSigmoid() implements Activation {
  @Override
  public UnaryFunction function() {
    return UnaryFunction.LOG_SIGMOID;
  }
}
