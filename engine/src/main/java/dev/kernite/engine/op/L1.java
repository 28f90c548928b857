package dev.kernite.engine.op;

import dev.kernite.kernels.LossFunction;

/**
 * Absolute difference |x - y|; the gradient where they are equal is 0.
 *
 * @param reduction what becomes of the losses
 */
@Named("l1")
@Input("x")
@Input("y")
public record L1(@Default("mean") Reduction reduction) implements PairwiseLoss {
  @Override
  public LossFunction function() {
    return LossFunction.L1;
  }
}
