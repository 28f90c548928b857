package dev.kernite.engine.op;

import dev.kernite.engine.Shape;
import dev.kernite.kernels.SlidingWindow;

/**
 * Shape rules of operations that move a window over images: the extents of the last one or two
 * axes, of which a single one counts as the width.
 */
final class Windows {
  /** Most pixels of an image: kernels number them in 32 bits, with some room. */
  private static final long MOST_PIXELS = Integer.MAX_VALUE - 1024;

  private Windows() {}

  /** A window of these taps, height before width. */
  static SlidingWindow of(int[] taps, PerAxis stride, PerAxis padding, PerAxis dilation) {
    int axes = taps.length;
    int y = 0;
    int x = axes - 1;
    boolean flat = axes == 1;
    return new SlidingWindow(
        flat ? 1 : taps[y],
        taps[x],
        flat ? 1 : stride.at(y),
        stride.at(x),
        flat ? 0 : padding.at(y),
        padding.at(x),
        flat ? 1 : dilation.at(y),
        dilation.at(x));
  }

  /** The extent of the taps of a window, from the first to the last. */
  static long extent(long taps, long dilation) {
    return dilation * (taps - 1) + 1;
  }

  /**
   * Extents of the last axes after a window has moved over them.
   *
   * @param x shape of the images
   * @param ceil whether a last window may reach beyond the padding, if it starts within the image
   *     or the padding before it
   */
  static long[] outputs(
      Op op,
      Shape x,
      int[] taps,
      PerAxis stride,
      PerAxis padding,
      PerAxis dilation,
      boolean ceil,
      Shape... in) {
    int axes = taps.length;
    long[] out = new long[axes];
    for (int i = 0; i < axes; i++) {
      long pixels = x.dim(i - axes);
      long padded = pixels + 2L * padding.at(i);
      long room = padded - extent(taps[i], dilation.at(i));
      if (pixels == 0 || room < 0 || padded > MOST_PIXELS) {
        throw Op.misfit(
            op,
            "a window of %d pixels does not move over %d pixels with padding %d"
                .formatted(extent(taps[i], dilation.at(i)), pixels, padding.at(i)),
            in);
      }
      out[i] = (room + (ceil ? stride.at(i) - 1 : 0)) / stride.at(i) + 1;
      if (ceil && (out[i] - 1) * stride.at(i) >= pixels + padding.at(i)) {
        out[i]--;
      }
    }
    return out;
  }

  /** Fails if kernels could not number the pixels of an image. */
  static void requirePixels(Op op, Shape image, int axes, Shape... in) {
    if (image.inner(image.rank() - axes - 1) > MOST_PIXELS) {
      throw Op.misfit(op, "an image has more than " + MOST_PIXELS + " pixels", in);
    }
  }

  /** A shape with other last extents. */
  static Shape withLast(Shape shape, long... extents) {
    long[] d = shape.toArray();
    System.arraycopy(extents, 0, d, d.length - extents.length, extents.length);
    return Shape.of(d);
  }

  /** Height of images whose pixels are the last axes. */
  static int height(Shape images, int axes) {
    return axes == 1 ? 1 : Math.toIntExact(images.dim(-2));
  }

  /** Width of images. */
  static int width(Shape images) {
    return Math.toIntExact(images.dim(-1));
  }
}
