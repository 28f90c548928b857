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

  /**
   * Visits every buffer once, in a fixed order: what a checkpoint holds besides the parameters, and
   * no optimiser changes, such as running statistics.
   *
   * @param prefix as for {@link #parameters(String, BiConsumer)}
   * @param visit receives the full name and the tensor
   */
  default void buffers(String prefix, BiConsumer<String, Tensor> visit) {}

  /** All buffers by name, in their fixed order. */
  default Map<String, Tensor> buffers() {
    Map<String, Tensor> all = new LinkedHashMap<>();
    buffers("", all::put);
    return all;
  }

  /** Frees the parameters, their gradients, and the buffers. */
  @Override
  default void close() {
    parameters("", (name, tensor) -> tensor.close());
    buffers("", (name, tensor) -> tensor.close());
  }
}
