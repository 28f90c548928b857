package dev.kernite.models.transformer;

import dev.kernite.engine.Tensor;
import dev.kernite.engine.WeightMatrix;
import dev.kernite.engine.op.Activation;
import dev.kernite.engine.op.Linear.WeightLayout;
import dev.kernite.models.weights.WeightSource;

/**
 * A dense layer {@code f(W x + bias)}.
 *
 * @param weight W
 * @param bias [out]
 */
public record Dense(WeightMatrix weight, Tensor bias) {
  /** Gets {@code NAME.weight}, stored [out, in] as PyTorch does, and {@code NAME.bias}. */
  public static Dense from(WeightSource source, String name, long in, long out) {
    WeightMatrix weight = source.matrix(name + ".weight", WeightLayout.OUT_IN, out, in);
    return new Dense(weight, source.tensor(name + ".bias", out));
  }

  /**
   * Applies it to the last axis.
   *
   * @param x [..., in]
   * @param f activation, or null
   * @return [..., out]
   */
  public Tensor apply(Tensor x, Activation f) {
    return weight.apply(x, bias, f);
  }
}
