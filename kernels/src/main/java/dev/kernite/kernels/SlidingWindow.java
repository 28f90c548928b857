package dev.kernite.kernels;

/**
 * How a window moves over an image, in pixels along height and width: output (i, j) sees the pixels
 * {@code (i stride - pad + k dilation)} of its input for all k below the window's size.
 *
 * @param height taps along the height
 * @param width taps along the width
 * @param strideY from one output row to the next
 * @param strideX from one output column to the next
 * @param padY rows of padding above the image; below there is as much as the last output needs
 * @param padX columns of padding on its left
 * @param dilationY from one tap to the next along the height
 * @param dilationX from one tap to the next along the width
 */
public record SlidingWindow(
    int height,
    int width,
    int strideY,
    int strideX,
    int padY,
    int padX,
    int dilationY,
    int dilationX) {

  /** Number of taps. */
  public int taps() {
    return height * width;
  }
}
