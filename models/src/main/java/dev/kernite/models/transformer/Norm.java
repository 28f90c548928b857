package dev.kernite.models.transformer;

import dev.kernite.engine.Functional;
import dev.kernite.engine.Tensor;
import dev.kernite.models.weights.WeightSource;

/**
 * Layer normalisation (Ba et al. 2016) with its parameters.
 *
 * @param weight gain [width]
 * @param bias offset [width]
 * @param epsilon added to the variance
 */
public record Norm(Tensor weight, Tensor bias, float epsilon) {
  /** Gets {@code NAME.weight} and {@code NAME.bias}. */
  public static Norm from(WeightSource source, String name, long width, float epsilon) {
    Tensor weight = source.tensor(name + ".weight", width);
    return new Norm(weight, source.tensor(name + ".bias", width), epsilon);
  }

  /** Normalises the last axis. */
  public Tensor apply(Tensor x) {
    return Functional.layerNorm(x, weight, bias, epsilon);
  }

  /** Normalises the last axis of a sum. */
  public Tensor apply(Tensor x, Tensor residual) {
    return Functional.addLayerNorm(x, residual, weight, bias, epsilon).normal();
  }
}
