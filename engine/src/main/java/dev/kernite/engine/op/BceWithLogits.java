package dev.kernite.engine.op;

import dev.kernite.kernels.LossFunction;

/**
 * Binary cross-entropy of sigmoid(x), -w (pos_weight y log s + (1 - y) log(1 - s)), without
 * overflow for any logit.
 *
 * @param reduction what becomes of the losses
 */
@Named("bce_with_logits")
@Input("x")
@Input(value = "y", gradient = false)
@Input(value = "weight", optional = true, gradient = false)
@Input(value = "pos_weight", optional = true, gradient = false)
public record BceWithLogits(@Default("mean") Reduction reduction) implements PairwiseLoss {
  @Override
  public LossFunction function() {
    return LossFunction.BCE_WITH_LOGITS;
  }
}
