package dev.kernite.models.transformer;

import dev.kernite.engine.Tensor;

/** Sees intermediate results of a forward pass as they are made; copies what it wants to keep. */
@FunctionalInterface
public interface Probe {
  /** Sees nothing, and spares the model computing what only a probe needs. */
  Probe NONE = (name, value) -> {};

  /**
   * Called with each intermediate result.
   *
   * @param name as in the {@code forward} command: {@code hidden_states.N}, {@code attentions.N}...
   * @param value valid during the call only
   */
  void see(String name, Tensor value);
}
