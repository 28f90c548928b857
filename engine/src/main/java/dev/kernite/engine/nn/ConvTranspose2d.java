package dev.kernite.engine.nn;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import java.util.function.BiConsumer;

/**
 * Transposed convolution of images: [batch, in, height, width] to [batch, out, height, width], the
 * extents multiplied by the stride.
 *
 * @param weight [in, out / groups, height, width]
 * @param bias [out], or null for none
 * @param op stride, padding and the rest
 */
public record ConvTranspose2d(Tensor weight, Tensor bias, dev.kernite.engine.op.ConvTranspose2d op)
    implements Module {
  /**
   * A trainable layer with PyTorch's start: both uniform within 1 / sqrt(fan in), which PyTorch
   * takes from the second axis of the weight: out channels times taps.
   *
   * @param kernel taps along height and width
   * @param stride from one pixel's window to the next, in pixels of the result
   * @param padding pixels cut off on each side of the result
   */
  public static ConvTranspose2d create(
      Engine engine, long in, long out, long kernel, int stride, int padding, boolean bias) {
    Shape shape = Shape.of(in, out, kernel, kernel);
    Tensor weight = Init.likeWeight(engine, shape, shape);
    return new ConvTranspose2d(
        weight,
        bias ? Init.likeWeight(engine, shape, Shape.of(out)) : null,
        new dev.kernite.engine.op.ConvTranspose2d(stride, padding));
  }

  /** Enlarges images. */
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
