package dev.kernite.models.metrics;

import dev.kernite.models.ModelException;

/** How near an image is to the one it stands for. */
public final class SignalToNoise {
  private SignalToNoise() {}

  /**
   * Peak signal-to-noise ratio: 10 log10(range^2 / mean squared error), in decibels; infinite for
   * equal images. For several images, the field takes the mean of their ratios.
   *
   * @param range white minus black: 1 for images in [0, 1], 2 for [-1, 1]
   */
  public static double peakDecibels(float[] image, float[] reference, double range) {
    if (image.length != reference.length || image.length == 0 || !(range > 0)) {
      throw new ModelException(
          "images of %d and %d values with a range of %s cannot be compared"
              .formatted(image.length, reference.length, range));
    }
    double squares = 0;
    for (int i = 0; i < image.length; i++) {
      double error = (double) image[i] - reference[i];
      squares += error * error;
    }
    return 10 * Math.log10(range * range * image.length / squares);
  }
}
