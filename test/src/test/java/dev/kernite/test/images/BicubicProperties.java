package dev.kernite.test.images;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.ModelException;
import dev.kernite.models.images.Bicubic;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Against a naive sum over all pixels in float64, and what Keys proves of a = -0.5. */
class BicubicProperties {
  @Property(tries = 100)
  void matchesTheSumOverAllPixels(
      @ForAll @IntRange(min = 1, max = 9) int height,
      @ForAll @IntRange(min = 1, max = 9) int width,
      @ForAll @IntRange(max = 20) int moreHeight,
      @ForAll @IntRange(max = 20) int moreWidth,
      @ForAll long seed) {
    float[] image = new float[height * width];
    Random random = new Random(seed);
    for (int i = 0; i < image.length; i++) {
      image[i] = 2 * random.nextFloat() - 1;
    }
    int toHeight = height + moreHeight;
    int toWidth = width + moreWidth;
    float[] large = Bicubic.enlarge(image, height, width, toHeight, toWidth);
    for (int y = 0; y < toHeight; y++) {
      for (int x = 0; x < toWidth; x++) {
        double expected =
            naive(
                image,
                height,
                width,
                (y + 0.5) * height / toHeight - 0.5,
                (x + 0.5) * width / toWidth - 0.5);
        double error = Math.abs(expected - large[y * toWidth + x]);
        assertTrue(error <= 1e-6, error + " at " + y + ", " + x);
      }
    }
  }

  /** The image goes on beyond its edge, so pixels are looked at up to two beyond it. */
  private static double naive(float[] image, int height, int width, double atY, double atX) {
    double sum = 0;
    for (int y = -3; y < height + 3; y++) {
      for (int x = -3; x < width + 3; x++) {
        float pixel =
            image[
                Math.min(Math.max(y, 0), height - 1) * width + Math.min(Math.max(x, 0), width - 1)];
        sum += keys(atY - y) * keys(atX - x) * pixel;
      }
    }
    return sum;
  }

  /** Keys 1981, equation 15, which has a = -0.5 put in. */
  private static double keys(double s) {
    double d = Math.abs(s);
    if (d < 1) {
      return 1.5 * Math.pow(d, 3) - 2.5 * Math.pow(d, 2) + 1;
    }
    return d < 2 ? -0.5 * Math.pow(d, 3) + 2.5 * Math.pow(d, 2) - 4 * d + 2 : 0;
  }

  /** With any other a, it would be off by some hundredths of a unit. */
  @Example
  void aParabolaComesOutAsItWentIn() {
    int n = 14;
    float[] image = new float[n * n];
    for (int y = 0; y < n; y++) {
      for (int x = 0; x < n; x++) {
        image[y * n + x] = 3 + x * x - y * y + x * y;
      }
    }
    float[] large = Bicubic.enlarge(image, n, n, 28, 28);
    for (int i = 5; i < 23; i++) { // away from the edges
      for (int j = 5; j < 23; j++) {
        double y = (i + 0.5) / 2 - 0.5;
        double x = (j + 0.5) / 2 - 0.5;
        assertEquals(3 + x * x - y * y + x * y, large[i * 28 + j], 1e-4);
      }
    }
  }

  @Example
  void theSameSizeIsTheSameImage() {
    float[] image = {1, -2, 3, 4, 5, -6};
    assertArrayEquals(image, Bicubic.enlarge(image, 2, 3, 2, 3));
  }

  @Example
  void impossibleRequestsAreRefused() {
    assertThrows(ModelException.class, () -> Bicubic.enlarge(new float[5], 2, 3, 4, 6));
    assertThrows(ModelException.class, () -> Bicubic.enlarge(new float[6], 2, 3, 1, 6));
    assertThrows(ModelException.class, () -> Bicubic.enlarge(new float[6], 2, 3, 1 << 16, 1 << 15));
    assertThrows(ModelException.class, () -> Bicubic.enlarge(new float[0], 0, 0, 1, 1));
  }
}
