package dev.kernite.models.data;

import dev.kernite.models.ModelException;

/**
 * What a pixel of 0 to 255 is to a model: (pixel / 255 - mean) / std, in float32 as torchvision's
 * {@code ToTensor} and {@code Normalize} compute it; and the way back.
 *
 * @param mean what becomes 0, as a part of white
 * @param std what becomes 1 above it
 */
public record PixelScale(float mean, float std) {
  /** From 0 (black) to 1 (white). */
  public static final PixelScale UNIT = new PixelScale(0, 1);

  /** From -1 (black) to 1 (white), which is what tanh gives. */
  public static final PixelScale SIGNED = new PixelScale(0.5f, 0.5f);

  /** Mean 0 and variance 1 over the 60,000 training digits of MNIST. */
  public static final PixelScale MNIST = new PixelScale(0.1307f, 0.3081f);

  private static final int WHITE = 255;

  /** Checks the numbers. */
  public PixelScale {
    if (!Float.isFinite(mean) || !(std > 0 && std < Float.POSITIVE_INFINITY)) {
      throw new ModelException(
          "a scale of mean %s and standard deviation %s: the one must be finite, the other above 0"
              .formatted(mean, std));
    }
  }

  /** The value of a pixel of 0 to 255. */
  public float value(int pixel) {
    return ((float) pixel / WHITE - mean) / std;
  }

  /** The values of all pixels, by pixel. */
  float[] table() {
    float[] values = new float[WHITE + 1];
    for (int pixel = 0; pixel <= WHITE; pixel++) {
      values[pixel] = value(pixel);
    }
    return values;
  }

  /** The pixel nearest to a value; what is darker than black is black, and so is NaN. */
  public int pixel(float value) {
    float rounded = (value * std + mean) * WHITE + 0.5f;
    return (int) Math.clamp(rounded, 0, WHITE);
  }
}
