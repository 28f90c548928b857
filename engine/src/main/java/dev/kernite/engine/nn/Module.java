package dev.kernite.engine.nn;

import dev.kernite.engine.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Something with parameters: a layer, or a model made of layers. A module owns its parameters; no
 * scope frees them.
 */
public interface Module extends AutoCloseable {
  /**
   * Visits every parameter once, in a fixed order.
   *
   * @param prefix what stands before each name: empty, or a path that ends in a dot
   * @param visit receives the full name, such as {@code h.0.mlp.c_fc.weight}, and the tensor
   */
  void parameters(String prefix, BiConsumer<String, Tensor> visit);

  /** All parameters by name, in their fixed order. */
  default Map<String, Tensor> parameters() {
    Map<String, Tensor> all = new LinkedHashMap<>();
    parameters("", all::put);
    return all;
  }

  /** Frees the parameters and their gradients. */
  @Override
  default void close() {
    parameters("", (name, tensor) -> tensor.close());
  }
}
