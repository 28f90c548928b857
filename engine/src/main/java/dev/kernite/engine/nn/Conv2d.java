package dev.kernite.engine.nn;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import java.util.function.BiConsumer;

/**
 * Convolution of images: [batch, in, height, width] to [batch, out, height, width].
 *
 * @param weight [out, in / groups, height, width]
 * @param bias [out], or null for none
 * @param op stride, padding and the rest
 */
public record Conv2d(Tensor weight, Tensor bias, dev.kernite.engine.op.Conv2d op)
    implements Module {
  /**
   * A trainable layer with PyTorch's start: both uniform within 1 / sqrt(fan in), the taps of all
   * channels that an output sees.
   *
   * @param kernel taps along height and width
   * @param stride from one output to the next, in pixels
   * @param padding zeros on each side
   */
  public static Conv2d create(
      Engine engine, long in, long out, long kernel, int stride, int padding, boolean bias) {
    Shape shape = Shape.of(out, in, kernel, kernel);
    Tensor weight = Init.likeWeight(engine, shape, shape);
    return new Conv2d(
        weight,
        bias ? Init.likeWeight(engine, shape, Shape.of(out)) : null,
        new dev.kernite.engine.op.Conv2d(stride, padding));
  }

  /** Convolves images. */
  public Tensor apply(Tensor x) {
    return op.apply(x, weight, bias);
  }

  @Override
  public void parameters(String prefix, BiConsumer<String, Tensor> visit) {
    visit.accept(prefix + "weight", weight);
    if (bias != null) {
      visit.accept(prefix + "bias", bias);
    }
  }
}
