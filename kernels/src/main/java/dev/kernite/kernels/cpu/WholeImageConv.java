package dev.kernite.kernels.cpu;

import dev.kernite.kernels.Conv;
import dev.kernite.kernels.Gemm;

/**
 * Convolutions whose window sees each image once, and whole: the last one of many a discriminator,
 * and transposed the first one of a generator. The images are then a matrix [batch, in], the
 * results one [batch, out], and what is left is a linear layer.
 */
final class WholeImageConv implements Conv {
  private final Gemm gemm;
  private final PixelRows rows;

  WholeImageConv(Gemm gemm, PixelRows rows) {
    this.gemm = gemm;
    this.rows = rows;
  }

  /** Whether a convolution is one of these. */
  static boolean is(Shape s) {
    var w = s.window();
    boolean flush = w.padY() == 0 && w.padX() == 0 && w.dilationY() == 1 && w.dilationX() == 1;
    return flush && w.height() == s.inHeight() && w.width() == s.inWidth() && s.outPixels() == 1;
  }

  private static long imageRow(Shape s) {
    return (long) s.inChannels() * s.inPixels();
  }

  /** Bytes from one group to the next in the weight. */
  private static long weightStep(Shape s) {
    return 4L * s.groupOut() * s.patch();
  }

  @Override
  public void forward(Shape s, long x, long weight, long bias, long y) {
    if (s.outChannels() == 1 && bias == 0) {
      // As many dot products with one row: y's only column is its transpose's only row.
      gemm.multiply(Gemm.Shape.dense(false, true, 1, s.batch(), s.patch()), weight, x, 0, y);
      return;
    }
    Gemm.Shape product =
        Gemm.Shape.dense(false, true, s.batch(), s.groupOut(), s.patch())
            .withOperands(imageRow(s), s.patch())
            .withResult(s.outChannels());
    for (int g = 0; g < s.groups(); g++) {
      long out = 4L * g * s.groupOut();
      gemm.multiply(
          product,
          x + 4L * g * s.patch(),
          weight + g * weightStep(s),
          bias == 0 ? 0 : bias + out,
          y + out);
    }
  }

  @Override
  public void transposed(Shape s, long y, long weight, long bias, long x) {
    Gemm.Shape product =
        Gemm.Shape.dense(false, false, s.batch(), s.patch(), s.groupOut())
            .withOperands(s.outChannels(), s.patch())
            .withResult(imageRow(s));
    for (int g = 0; g < s.groups(); g++) {
      long at = x + 4L * g * s.patch();
      gemm.multiply(product, y + 4L * g * s.groupOut(), weight + g * weightStep(s), 0, at);
    }
    long row = 4L * s.inPixels();
    for (long image = 0; bias != 0 && image < s.batch(); image++) {
      long at = x + 4 * image * imageRow(s);
      rows.shift(at, row, bias, at, row, s.inChannels(), s.inPixels());
    }
  }

  @Override
  public void weightGrad(Shape s, long x, long dy, long dweight) {
    Gemm.Shape product =
        Gemm.Shape.dense(true, false, s.groupOut(), s.patch(), s.batch())
            .withOperands(s.outChannels(), imageRow(s));
    for (int g = 0; g < s.groups(); g++) {
      gemm.multiply(
          product,
          dy + 4L * g * s.groupOut(),
          x + 4L * g * s.patch(),
          0,
          dweight + g * weightStep(s));
    }
  }
}
