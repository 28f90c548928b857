package dev.kernite.engine.optim;

import dev.kernite.engine.Tensor;
import java.util.Map;

/**
 * Changes parameters against their gradients. A parameter without a gradient is left alone and its
 * step is not counted, as in PyTorch. All state is allocated on creation; a step allocates nothing.
 */
public abstract sealed class Optimizer implements AutoCloseable
    permits Adagrad, Adam, RmsProp, Sgd {
  /** What is kept for each parameter; the kinds of optimiser differ in what a step does with it. */
  final Slots slots;

  Optimizer(Slots slots) {
    this.slots = slots;
  }

  /**
   * One update of all parameters.
   *
   * @param lr learning rate of this step
   * @param gradScale factor of the gradients, as from {@link GradientNorm#clipFactor}; the
   *     gradients themselves stay as they are
   */
  public abstract void step(double lr, double gradScale);

  /** One update with the gradients as they are. */
  public final void step(double lr) {
    step(lr, 1);
  }

  /** The parameters by name, in the order of the groups. */
  public final Map<String, Tensor> parameters() {
    return slots.parameters();
  }

  /** Frees the gradients; the next backward pass starts from nothing. */
  public final void clearGradients() {
    parameters().values().forEach(Tensor::clearGrad);
  }

  /**
   * The live state tensors by name, such as {@code m.wte.weight}: with {@link #steps} all that a
   * later run needs to continue to the same bits. To restore, overwrite them.
   */
  public final Map<String, Tensor> state() {
    return slots.state();
  }

  /** Updates so far of each parameter, in the order of {@link #parameters}. */
  public final long[] steps() {
    return slots.steps();
  }

  /**
   * Continues from counts read from {@link #steps}.
   *
   * @throws dev.kernite.engine.EngineException if their number is not that of the parameters
   */
  public final void restoreSteps(long[] steps) {
    slots.restoreSteps(steps);
  }

  /** Frees the state; parameters and gradients stay. */
  @Override
  public final void close() {
    slots.close();
  }
}
