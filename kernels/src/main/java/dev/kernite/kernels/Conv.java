package dev.kernite.kernels;

/**
 * Convolutions, in the field's sense: cross-correlations of images {@code x[batch, inChannels,
 * inHeight, inWidth]} with {@code weight[outChannels, inChannels / groups, window height, window
 * width]}, the images continued with zeros; {@code y[batch, outChannels, outHeight, outWidth]}.
 * Each of {@code groups} equal parts of the output channels sees its own part of the input
 * channels.
 *
 * <p>The three methods are the product's three partners: y from x and weight, x from y and weight,
 * weight from x and y. The second is the gradient of the first, and at the same time what is called
 * a transposed convolution, whose gradients are then the first and the third.
 *
 * <p>The bits of an image do not depend on how many images go with it.
 */
public interface Conv {
  /**
   * {@code y = x * weight + bias}.
   *
   * @param bias one value an output channel, or 0
   */
  void forward(Shape s, long x, long weight, long bias, long y);

  /**
   * The adjoint of {@link #forward} in x: every y is spread over the pixels that it was computed
   * from.
   *
   * @param bias one value an <em>input</em> channel, or 0
   * @param x overwritten
   */
  void transposed(Shape s, long y, long weight, long bias, long x);

  /**
   * Gradient of {@link #forward} in the weight.
   *
   * @param dy upstream gradient, of y's shape
   * @param dweight overwritten; zeros where the batch is empty
   */
  void weightGrad(Shape s, long x, long dy, long dweight);

  /**
   * Sizes of a convolution.
   *
   * @param batch images
   * @param groups parts of the channels that do not see one another
   * @param inChannels channels of x, a multiple of groups
   * @param inHeight rows of x
   * @param inWidth columns of x
   * @param outChannels channels of y, a multiple of groups
   * @param outHeight rows of y
   * @param outWidth columns of y
   * @param window the taps of the weight
   */
  record Shape(
      long batch,
      int groups,
      int inChannels,
      int inHeight,
      int inWidth,
      int outChannels,
      int outHeight,
      int outWidth,
      SlidingWindow window) {

    /** Input channels of one group. */
    public int groupIn() {
      return inChannels / groups;
    }

    /** Output channels of one group. */
    public int groupOut() {
      return outChannels / groups;
    }

    /** Pixels of one channel of x. */
    public int inPixels() {
      return inHeight * inWidth;
    }

    /** Pixels of one channel of y. */
    public int outPixels() {
      return outHeight * outWidth;
    }

    /** Summands of one y: the taps of all input channels of a group. */
    public int patch() {
      return groupIn() * window.taps();
    }
  }
}
