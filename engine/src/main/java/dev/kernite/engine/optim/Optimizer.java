package dev.kernite.engine.optim;

import dev.kernite.engine.Tensor;
import java.util.Map;

/**
 * Changes parameters against their gradients. A parameter without a gradient is left alone and its
 * step is not counted, as in PyTorch. All state is allocated on creation; a step allocates nothing.
 */
public sealed interface Optimizer extends AutoCloseable permits Adagrad, Adam, RmsProp, Sgd {
  /**
   * One update of all parameters.
   *
   * @param lr learning rate of this step
   * @param gradScale factor of the gradients, as from {@link GradientNorm#clipFactor}; the
   *     gradients themselves stay as they are
   */
  void step(double lr, double gradScale);

  /** One update with the gradients as they are. */
  default void step(double lr) {
    step(lr, 1);
  }

  /** The parameters by name, in the order of the groups. */
  Map<String, Tensor> parameters();

  /** Frees the gradients; the next backward pass starts from nothing. */
  default void clearGradients() {
    parameters().values().forEach(Tensor::clearGrad);
  }

  /**
   * The live state tensors by name, such as {@code m.wte.weight}: with {@link #steps} all that a
   * later run needs to continue to the same bits. To restore, overwrite them.
   */
  Map<String, Tensor> state();

  /** Updates so far of each parameter, in the order of {@link #parameters}. */
  long[] steps();

  /**
   * Continues from counts read from {@link #steps}.
   *
   * @throws dev.kernite.engine.EngineException if their number is not that of the parameters
   */
  void restoreSteps(long[] steps);

  /** Frees the state; parameters and gradients stay. */
  @Override
  void close();
}
