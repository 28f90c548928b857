package dev.kernite.engine.nn;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import java.util.function.BiConsumer;

/**
 * Layer normalisation over the last axis (Ba et al. 2016).
 *
 * @param weight [width]
 * @param bias [width], or null for none
 * @param eps added to the variance
 */
public record LayerNorm(Tensor weight, Tensor bias, float eps) implements Module {
  /** A trainable layer that starts as plain normalisation: weight 1, bias 0. */
  public static LayerNorm create(Engine engine, long width, float eps) {
    Tensor one = Init.parameter(engine.full(Shape.of(width), 1f));
    return new LayerNorm(one, Init.parameter(engine.zeros(Shape.of(width))), eps);
  }

  /** Normalises rows: [..., width] to the same shape. */
  public Tensor apply(Tensor x) {
    return new dev.kernite.engine.op.LayerNorm(eps).apply(x, weight, bias);
  }

  @Override
  public void parameters(String prefix, BiConsumer<String, Tensor> visit) {
    visit.accept(prefix + "weight", weight);
    if (bias != null) {
      visit.accept(prefix + "bias", bias);
    }
  }
}
