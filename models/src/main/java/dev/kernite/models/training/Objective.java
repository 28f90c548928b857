package dev.kernite.models.training;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Tensor;
import java.util.Map;

/**
 * What training minimises: parameters, and a loss over a batch. The trainer knows nothing else of a
 * model.
 *
 * @param <B> what it learns from
 */
public interface Objective<B extends TrainingBatch<B>> {
  /** Where it lives. */
  Engine engine();

  /** All parameters by their checkpoint names, in a fixed order, each a leaf with a gradient. */
  Map<String, Tensor> parameters();

  /**
   * Mean loss of a batch, in nats.
   *
   * @param training whether dropout acts
   * @return a scalar that lives in the current scope; NaN if no label counts
   */
  Tensor loss(B batch, boolean training);
}
