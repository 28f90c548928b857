package dev.kernite.engine.op;

import dev.kernite.kernels.LossFunction;

/**
 * Binary cross-entropy of probabilities, -w (y log p + (1 - y) log(1 - p)), each logarithm clamped
 * at -100 so that certainty that is wrong costs 100. Prefer {@link BceWithLogits}, which is exact.
 *
 * @param reduction what becomes of the losses
 */
@Named("bce")
@Input("p")
@Input(value = "y", gradient = false)
@Input(value = "weight", optional = true, gradient = false)
public record Bce(@Default("mean") Reduction reduction) implements PairwiseLoss {
  @Override
  public LossFunction function() {
    return LossFunction.BCE;
  }
}
