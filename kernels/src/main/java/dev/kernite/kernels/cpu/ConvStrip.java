package dev.kernite.kernels.cpu;

import dev.kernite.kernels.Conv;
import dev.kernite.kernels.SlidingWindow;

/**
 * Some outputs of a convolution, numbered through the whole batch, [batch, outHeight, outWidth],
 * and the rows of the padded images that they see: these are numbered from image to image.
 *
 * @param shape of the whole convolution
 * @param first number of the first output
 * @param count how many, at least one
 */
record ConvStrip(Conv.Shape shape, long first, int count) {
  /** The outputs of some whole images. */
  static ConvStrip ofImages(Conv.Shape shape, long first, long images) {
    return new ConvStrip(shape, first * shape.outPixels(), (int) images * shape.outPixels());
  }

  /** Some of the outputs. */
  ConvStrip part(int from, int most) {
    return new ConvStrip(shape, first + from, Math.min(most, count - from));
  }

  /** Where there is one output only, its stride is nobody's: 1 keeps padded images small. */
  int strideY() {
    return shape.outHeight() == 1 ? 1 : shape.window().strideY();
  }

  int strideX() {
    return shape.outWidth() == 1 ? 1 : shape.window().strideX();
  }

  long firstImage() {
    return first / shape.outPixels();
  }

  long lastImage() {
    return (first + count - 1) / shape.outPixels();
  }

  /** The first row of an image that is seen, counted from the top of its padding. */
  int top(long image) {
    int row = (int) (first % shape.outPixels() / shape.outWidth());
    return image == firstImage() ? row * strideY() : 0;
  }

  /** After the last row that is seen. */
  int bottom(long image) {
    int last = (int) ((first + count - 1) % shape.outPixels() / shape.outWidth());
    return below(image == lastImage() ? last : shape.outHeight() - 1);
  }

  /** After the last row that an output row sees; the last one has all further rows of the image. */
  private int below(int outRow) {
    SlidingWindow w = shape.window();
    int seen = outRow * strideY() + (w.height() - 1) * w.dilationY() + 1;
    return outRow < shape.outHeight() - 1 ? seen : Math.max(seen, w.padY() + shape.inHeight());
  }

  /** Number of a padded image's row. */
  int row(long image, int row) {
    if (image == firstImage()) {
      return row - top(image);
    }
    int before = bottom(firstImage()) - top(firstImage());
    return before + (int) (image - firstImage() - 1) * below(shape.outHeight() - 1) + row;
  }

  /** Rows of all images together. */
  int rows() {
    return row(lastImage(), bottom(lastImage()));
  }

  /** What happens with outputs that lie side by side in y. */
  interface Run {
    /**
     * One run.
     *
     * @param offset in bytes of the first one in y
     * @param place number of the first one in the strip
     */
    void visit(long offset, int place, int n);
  }

  /** Visits all runs in a channel of y. */
  void forEachRun(int channel, Run run) {
    int pixels = shape.outPixels();
    for (int done = 0; done < count; ) {
      long image = (first + done) / pixels;
      int place = (int) ((first + done) % pixels);
      int n = Math.min(count - done, pixels - place);
      long offset = (image * shape.outChannels() + channel) * pixels + place;
      run.visit(Float.BYTES * offset, done, n);
      done += n;
    }
  }
}
