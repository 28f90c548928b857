package dev.kernite.engine.op;

import dev.kernite.engine.EngineException;
import dev.kernite.engine.Shape;
import dev.kernite.kernels.Pool;

/**
 * Pooling of images x [batch, channels, height, width], or of one image without the batch axis, by
 * a moving window. Its extents become {@code (size + 2 padding - dilation (kernel - 1) - 1) /
 * stride + 1}, rounded down; with ceil_mode up, as far as the last window starts within the image
 * or the padding before it.
 */
public sealed interface Pooling extends Op permits AvgPool2d, MaxPool2d {
  /** Taps of the window. */
  PerAxis kernel();

  /** From one output to the next, in pixels; where there is none, the windows do not overlap. */
  PerAxis stride();

  /** Rows and columns around the image that count as not there; at most half the window. */
  PerAxis padding();

  /** Whether extents are rounded up. */
  boolean ceilMode();

  /** From one tap to the next, in pixels. */
  default PerAxis dilation() {
    return PerAxis.of(1);
  }

  /** Fails unless the attributes can hold for some input. */
  static void checkAttributes(
      String name, PerAxis kernel, PerAxis stride, PerAxis padding, PerAxis dilation) {
    kernel.check(name + ": kernel", 2, 1);
    stride.or(kernel).check(name + ": stride", 2, 1);
    dilation.check(name + ": dilation", 2, 1);
    padding.check(name + ": padding", 2, 0);
    for (int axis = 0; axis < 2; axis++) {
      if (padding.at(axis) > kernel.at(axis) / 2) {
        throw new EngineException(
            "%s: padding %s must be at most half of kernel %s".formatted(name, padding, kernel));
      }
    }
  }

  private int[] taps() {
    return new int[] {kernel().at(0), kernel().at(1)};
  }

  private PerAxis steps() {
    return stride().or(kernel());
  }

  @Override
  default Shape shape(Shape... in) {
    Shape x = in[0];
    if (x.rank() != 3 && x.rank() != 4) {
      throw Op.misfit(this, "x must be [batch, channels, height, width]", in);
    }
    long[] extents =
        Windows.outputs(this, x, taps(), steps(), padding(), dilation(), ceilMode(), in);
    for (int axis = 0; axis < 2; axis++) {
      requirePixels(axis, x.dim(axis - 2), in);
    }
    Windows.requirePixels(this, x, 2, in);
    return Windows.withLast(x, extents);
  }

  /** Fails if a window has all its taps on padding: dilated windows can straddle a small image. */
  private void requirePixels(int axis, long pixels, Shape... in) {
    int step = dilation().at(axis);
    for (int start = -padding().at(axis); start < 0; start += steps().at(axis)) {
      if (Math.floorMod(start, step) >= pixels) {
        throw Op.misfit(this, "a window sees nothing but padding", in);
      }
    }
  }

  /** Sizes for the kernels. */
  default Pool.Shape sizes(Shape x, Shape y) {
    return new Pool.Shape(
        x.outer(-2),
        Windows.height(x, 2),
        Windows.width(x),
        Windows.height(y, 2),
        Windows.width(y),
        Windows.of(taps(), steps(), padding(), dilation()));
  }

  @Override
  default Cost cost(Shape... in) {
    Shape y = shape(in);
    double taps = (double) kernel().at(0) * kernel().at(1);
    return new Cost(taps * y.size(), 4.0 * (in[0].size() + y.size()));
  }
}
