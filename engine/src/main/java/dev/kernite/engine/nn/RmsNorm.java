package dev.kernite.engine.nn;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import java.util.function.BiConsumer;

/**
 * Root-mean-square normalisation over the last axis (Zhang and Sennrich 2019).
 *
 * @param weight [width]
 * @param eps added to the mean square
 */
public record RmsNorm(Tensor weight, float eps) implements Module {
  /** A trainable layer with weight 1. */
  public static RmsNorm create(Engine engine, long width, float eps) {
    return new RmsNorm(Init.parameter(engine.full(Shape.of(width), 1f)), eps);
  }

  /** Normalises rows: [..., width] to the same shape. */
  public Tensor apply(Tensor x) {
    return new dev.kernite.engine.op.RmsNorm(eps).apply(x, weight);
  }

  @Override
  public void parameters(String prefix, BiConsumer<String, Tensor> visit) {
    visit.accept(prefix + "weight", weight);
  }
}
