package dev.kernite.models.weights;

import dev.kernite.engine.Tensor;
import dev.kernite.engine.WeightMatrix;
import dev.kernite.engine.op.Linear.WeightLayout;
import java.util.Map;

/** Where parameters come from, by name and shape; it owns what it made until it is closed. */
public interface WeightSource extends AutoCloseable {
  /** A parameter that is used as a tensor. */
  Tensor tensor(String name, long... shape);

  /**
   * A parameter that vectors are multiplied with.
   *
   * @param layout how the shape is to be read
   */
  WeightMatrix matrix(String name, WeightLayout layout, long... shape);

  /**
   * The tensors made so far, by the names they are known by; packed matrices are not among them.
   */
  Map<String, Tensor> tensors();

  /**
   * Called when a model has asked for all that it needs.
   *
   * @throws dev.kernite.models.ModelException if something that was meant for it is left
   */
  default void complete() {}

  /** Whether dropout acts from now on, where the weights themselves have some. */
  default void training(boolean acts) {}

  /** Frees all that was made. */
  @Override
  void close();
}
