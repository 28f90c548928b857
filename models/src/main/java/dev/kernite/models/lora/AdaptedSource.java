package dev.kernite.models.lora;

import dev.kernite.engine.DenseMatrix;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.WeightMatrix;
import dev.kernite.engine.op.Linear.WeightLayout;
import dev.kernite.models.weights.WeightSource;
import java.util.Map;
import java.util.function.Function;

/**
 * Weights with an adapter: beside them, or merged into them.
 *
 * @param layerOf see {@link LoraAdapter#over}
 */
record AdaptedSource(
    WeightSource base, LoraAdapter adapter, Function<String, String> layerOf, boolean merges)
    implements WeightSource {
  @Override
  public Tensor tensor(String name, long... shape) {
    return base.tensor(name, shape);
  }

  @Override
  public WeightMatrix matrix(String name, WeightLayout layout, long... shape) {
    WeightMatrix matrix = base.matrix(name, layout, shape);
    String layer = layerOf.apply(name);
    if (layer == null) {
      return matrix;
    }
    if (!merges) {
      return adapter.adapt(layer, matrix, layout == WeightLayout.IN_OUT);
    }
    adapter.merge(layer, (DenseMatrix) matrix);
    return matrix;
  }

  /** The adapter's, since the weights beside it are frozen; the weights if it is merged. */
  @Override
  public Map<String, Tensor> tensors() {
    return merges ? base.tensors() : adapter.parameters();
  }

  @Override
  public void complete() {
    adapter.requireComplete();
  }

  @Override
  public void training(boolean acts) {
    adapter.training(acts);
  }

  @Override
  public void close() {
    base.close();
    adapter.close();
  }
}
