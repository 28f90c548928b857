package dev.kernite.engine.nn;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.op.Linear.WeightLayout;
import java.util.function.BiConsumer;

/**
 * Affine map of the last axis: [..., in] to [..., out], y = x W^T + bias.
 *
 * @param weight [out, in]
 * @param bias [out], or null for none
 */
public record Linear(Tensor weight, Tensor bias) implements Module {
  /** A trainable layer with PyTorch's start: both uniform in (-1, 1) / sqrt(in). */
  public static Linear create(Engine engine, long in, long out, boolean bias) {
    float bound = in == 0 ? 0f : (float) (1 / Math.sqrt(in));
    Tensor w = Init.parameter(engine.uniform(Shape.of(out, in), -bound, bound));
    return new Linear(
        w, bias ? Init.parameter(engine.uniform(Shape.of(out), -bound, bound)) : null);
  }

  /**
   * Applies the map.
   *
   * @param x [..., in]
   * @return [..., out]
   */
  public Tensor apply(Tensor x) {
    return new dev.kernite.engine.op.Linear(WeightLayout.OUT_IN).apply(x, weight, bias);
  }

  @Override
  public void parameters(String prefix, BiConsumer<String, Tensor> visit) {
    visit.accept(prefix + "weight", weight);
    if (bias != null) {
      visit.accept(prefix + "bias", bias);
    }
  }
}
