package dev.kernite.engine.op;

import dev.kernite.kernels.LossFunction;

/**
 * Squared difference (x - y)^2.
 *
 * @param reduction what becomes of the losses
 */
@Named("mse")
@Input("x")
@Input("y")
public record Mse(@Default("mean") Reduction reduction) implements PairwiseLoss {
  @Override
  public LossFunction function() {
    return LossFunction.MSE;
  }
}
