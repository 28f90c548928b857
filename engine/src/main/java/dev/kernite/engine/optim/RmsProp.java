package dev.kernite.engine.optim;

import dev.kernite.engine.EngineException;
import dev.kernite.kernels.Optim;
import java.util.List;

/**
 * RMSprop (Tieleman and Hinton 2012) as in PyTorch: gradients are divided by the root of their
 * averaged squares, plus eps; weight decay is an L2 term in the gradient.
 */
public final class RmsProp extends Optimizer {
  private static final int SQUARES = 0;
  private static final int MOMENTUM = 1;

  private final double alpha;
  private final double eps;
  private final double momentum;

  /**
   * Creates the optimiser with zeroed state.
   *
   * @param alpha decay of the average of squares, 0 .. 1
   * @param eps added to the denominator
   * @param momentum decay of the buffer; 0 keeps none
   */
  public RmsProp(List<ParameterGroup> groups, double alpha, double eps, double momentum) {
    if (!(alpha >= 0 && alpha <= 1 && eps >= 0 && momentum >= 0)) {
      throw new EngineException(
          "rmsprop: alpha must be in [0, 1], eps and momentum at least 0, not %s, %s, %s"
              .formatted(alpha, eps, momentum));
    }
    this.alpha = alpha;
    this.eps = eps;
    this.momentum = momentum;
    super(
        momentum == 0
            ? new Slots(groups, "square_avg")
            : new Slots(groups, "square_avg", "momentum"));
  }

  @Override
  public void step(double lr, double gradScale) {
    slots.each(
        (slot, gradient) ->
            slot.parameter
                .engine()
                .backend()
                .optim()
                .adaptive(
                    slot.parameter.address(),
                    gradient.address(),
                    slot.address(SQUARES),
                    slot.address(MOMENTUM),
                    slot.parameter.size(),
                    new Optim.Adaptive(
                        lr * slot.lrScale,
                        alpha,
                        1 - alpha,
                        eps,
                        momentum,
                        slot.weightDecay,
                        gradScale)));
  }
}
