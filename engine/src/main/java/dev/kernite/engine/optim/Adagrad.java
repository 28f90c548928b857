package dev.kernite.engine.optim;

import dev.kernite.engine.EngineException;
import dev.kernite.kernels.Optim;
import java.util.List;

/**
 * Adagrad (Duchi et al. 2011) as in PyTorch: gradients are divided by the root of the sum of all
 * their squares, plus eps; weight decay is an L2 term in the gradient.
 */
public final class Adagrad extends Optimizer {
  private static final int SUM = 0;

  private final double eps;
  private final double lrDecay;

  /**
   * Creates the optimiser with zeroed sums.
   *
   * @param eps added to the denominator
   * @param lrDecay step t takes lr / (1 + (t - 1) lrDecay); 0 keeps the rate
   */
  public Adagrad(List<ParameterGroup> groups, double eps, double lrDecay) {
    if (!(eps >= 0 && lrDecay >= 0)) {
      throw new EngineException(
          "adagrad: eps and lrDecay must be at least 0, not %s, %s".formatted(eps, lrDecay));
    }
    this.eps = eps;
    this.lrDecay = lrDecay;
    super(new Slots(groups, "sum"));
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
                    slot.address(SUM),
                    0,
                    slot.parameter.size(),
                    new Optim.Adaptive(
                        lr * slot.lrScale / (1 + (slot.step - 1) * lrDecay),
                        1,
                        1,
                        eps,
                        0,
                        slot.weightDecay,
                        gradScale)));
  }
}
