package dev.kernite.kernels;

/** Pooling and enlarging of images, plane by plane: {@code x[planes, height, width]}. */
public interface Pool {
  /**
   * The largest pixel of each window; NaN if it has one. Padding counts as smaller than anything.
   *
   * @param indices receives the place of each in its plane, int32, the first of equals (and the
   *     last NaN, as in PyTorch); or 0
   */
  void maxPool(Shape s, long x, long y, long indices);

  /** Gradient of {@link #maxPool}: {@code dx[indices] += dy}; dx is overwritten. */
  void maxPoolGrad(Shape s, long indices, long dy, long dx);

  /** The sum of each window, divided as {@code divisor} says. The window is not dilated. */
  void avgPool(Shape s, Divisor divisor, long x, long y);

  /** Gradient of {@link #avgPool}; dx is overwritten. */
  void avgPoolGrad(Shape s, Divisor divisor, long dy, long dx);

  /** Repeats each pixel {@code scaleY} by {@code scaleX} times. */
  void upsample(long planes, int height, int width, int scaleY, int scaleX, long x, long y);

  /** Gradient of {@link #upsample}: sums of {@code scaleY} by {@code scaleX} pixels. */
  void upsampleGrad(long planes, int height, int width, int scaleY, int scaleX, long dy, long dx);

  /**
   * Sizes of a pooling.
   *
   * @param planes images times channels
   * @param inHeight rows of x
   * @param inWidth columns of x
   * @param outHeight rows of y
   * @param outWidth columns of y
   * @param window which pixels each output sees
   */
  record Shape(
      long planes, int inHeight, int inWidth, int outHeight, int outWidth, SlidingWindow window) {}

  /**
   * What the sum of a window is divided by.
   *
   * @param fixed this number, or 0 for the number of pixels
   * @param countPadding whether padding counts as pixels; what lies beyond the padding never does
   */
  record Divisor(int fixed, boolean countPadding) {
    /** The divisor of an output: {@link #rows} times {@link #columns}. */
    public int of(Shape s, int outRow, int outColumn) {
      return rows(s, outRow) * columns(s, outColumn);
    }

    /** What the rows of a window contribute to the divisor. */
    public int rows(Shape s, int outRow) {
      SlidingWindow w = s.window();
      return fixed != 0 ? fixed : extent(outRow, w.height(), w.strideY(), w.padY(), s.inHeight());
    }

    /** What its columns contribute. */
    public int columns(Shape s, int outColumn) {
      SlidingWindow w = s.window();
      return fixed != 0 ? 1 : extent(outColumn, w.width(), w.strideX(), w.padX(), s.inWidth());
    }

    private int extent(int out, int taps, int stride, int pad, int pixels) {
      int from = out * stride - pad;
      int to = Math.min(from + taps, pixels + pad);
      return countPadding ? to - from : Math.min(to, pixels) - Math.max(from, 0);
    }
  }
}
