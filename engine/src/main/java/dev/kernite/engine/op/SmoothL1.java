package dev.kernite.engine.op;

import dev.kernite.engine.EngineException;
import dev.kernite.kernels.LossFunction;

/**
 * Smooth absolute difference (Girshick 2015): quadratic near 0, {@code d^2 / (2 beta)} for d = |x -
 * y| below beta, else {@code d - beta / 2}.
 *
 * @param reduction what becomes of the losses
 * @param beta where the quadratic ends, in units of x; 0 for {@link L1}
 */
@Named("smooth_l1")
@Input("x")
@Input("y")
public record SmoothL1(@Default("mean") Reduction reduction, @Default("1") float beta)
    implements PairwiseLoss {

  /** Checks beta. */
  public SmoothL1 {
    if (!(beta >= 0)) {
      throw new EngineException("smooth_l1: beta must be 0 or more, not " + beta);
    }
  }

  @Override
  public LossFunction function() {
    return LossFunction.SMOOTH_L1;
  }

  @Override
  public float parameter() {
    return beta;
  }
}
