package dev.kernite.engine.optim;

import dev.kernite.engine.EngineException;
import java.util.List;

/**
 * Stochastic gradient descent with L2 weight decay, momentum and Nesterov's variant, as in PyTorch:
 * the buffer starts as the first gradient and there is no dampening.
 */
public final class Sgd extends Optimizer {
  private static final int MOMENTUM = 0;

  private final double momentum;
  private final boolean nesterov;

  /**
   * Creates the optimiser.
   *
   * @param momentum factor of the buffer; 0 keeps none
   * @param nesterov look ahead; needs momentum
   */
  public Sgd(List<ParameterGroup> groups, double momentum, boolean nesterov) {
    if (!(momentum >= 0) || (nesterov && momentum == 0)) {
      throw new EngineException(
          "sgd: momentum must be at least 0, and above 0 with nesterov; it is " + momentum);
    }
    this.momentum = momentum;
    this.nesterov = nesterov;
    super(momentum == 0 ? new Slots(groups) : new Slots(groups, "momentum"));
  }

  @Override
  public void step(double lr, double gradScale) {
    slots.each(
        (slot, gradient) ->
            slot.parameter
                .engine()
                .backend()
                .optim()
                .sgd(
                    slot.parameter.address(),
                    gradient.address(),
                    slot.address(MOMENTUM),
                    slot.parameter.size(),
                    lr * slot.lrScale,
                    momentum,
                    slot.weightDecay,
                    nesterov,
                    slot.step == 1,
                    gradScale));
  }
}
