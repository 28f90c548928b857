package dev.kernite.models.images;

import dev.kernite.models.ModelException;

/**
 * Cubic convolution (Keys 1981) with a = -0.5, the baseline that super-resolution is measured by.
 *
 * <p>That is the a of MATLAB's imresize and Pillow, whose results the literature compares with, and
 * the only one for which the error falls with the third power of the distance: a parabola comes out
 * as it went in. PyTorch and OpenCV take -0.75, which is sharper and less exact. Pixels are squares
 * whose values lie in their centres ({@code align_corners=False}); beyond the edge the last row or
 * column goes on.
 */
public final class Bicubic {
  private static final double A = -0.5;
  private static final int TAPS = 4;

  private Bicubic() {}

  /**
   * Enlarges an image; along each axis by itself, in float64. It does not smooth before it leaves
   * out pixels, so it is not for making images smaller.
   *
   * @param image [height, width], row-major
   * @param toHeight at least {@code height}
   * @param toWidth at least {@code width}
   * @return [toHeight, toWidth]; overshoot beyond the range of the image is kept
   */
  public static float[] enlarge(float[] image, int height, int width, int toHeight, int toWidth) {
    if (height < 1 || width < 1 || image.length != (long) height * width) {
      throw new ModelException(
          "%d values are no image of %d x %d".formatted(image.length, height, width));
    }
    if (toHeight < height || toWidth < width || (long) toHeight * toWidth > Integer.MAX_VALUE - 8) {
      throw new ModelException(
          "an image of %d x %d cannot be enlarged to %d x %d"
              .formatted(height, width, toHeight, toWidth));
    }
    double[] wide = new double[height * toWidth];
    Weights across = Weights.of(width, toWidth);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < toWidth; x++) {
        double sum = 0;
        for (int tap = 0; tap < TAPS; tap++) {
          sum += across.weight(x, tap) * image[y * width + across.source(x, tap)];
        }
        wide[y * toWidth + x] = sum;
      }
    }
    float[] large = new float[toHeight * toWidth];
    Weights down = Weights.of(height, toHeight);
    for (int y = 0; y < toHeight; y++) {
      for (int x = 0; x < toWidth; x++) {
        double sum = 0;
        for (int tap = 0; tap < TAPS; tap++) {
          sum += down.weight(y, tap) * wide[down.source(y, tap) * toWidth + x];
        }
        large[y * toWidth + x] = (float) sum;
      }
    }
    return large;
  }

  /**
   * Of which four pixels of a line a pixel of the longer line is made, and in what parts.
   *
   * @param sources [to, 4]
   * @param weights [to, 4]
   */
  private record Weights(int[] sources, double[] weights) {
    static Weights of(int from, int to) {
      int[] sources = new int[to * TAPS];
      double[] weights = new double[to * TAPS];
      for (int i = 0; i < to; i++) {
        double centre = (i + 0.5) * from / to - 0.5;
        int left = (int) Math.floor(centre) - 1;
        for (int tap = 0; tap < TAPS; tap++) {
          sources[i * TAPS + tap] = Math.clamp(left + tap, 0, from - 1);
          weights[i * TAPS + tap] = kernel(Math.abs(centre - (left + tap)));
        }
      }
      return new Weights(sources, weights);
    }

    int source(int i, int tap) {
      return sources[i * TAPS + tap];
    }

    double weight(int i, int tap) {
      return weights[i * TAPS + tap];
    }

    /** Keys' equation 4, of a distance in pixels. */
    private static double kernel(double d) {
      if (d < 1) {
        return ((A + 2) * d - (A + 3)) * d * d + 1;
      }
      return d < 2 ? ((d - 5) * d + 8) * d * A - 4 * A : 0;
    }
  }
}
