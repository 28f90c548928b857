package dev.kernite.models.images;

import dev.kernite.models.ModelException;

/**
 * A picture, ready for a file: rows from the top, each pixel's channels side by side.
 *
 * @param width in pixels
 * @param height in pixels
 * @param channels 1 for grey, 3 for red, green and blue
 * @param bytes [height, width, channels], 0 is dark
 */
public record Raster(int width, int height, int channels, byte[] bytes) {
  /** Checks that the numbers fit each other. */
  public Raster {
    if (width < 1
        || height < 1
        || (channels != 1 && channels != 3)
        || bytes.length != (long) width * height * channels) {
      throw new ModelException(
          "%d bytes are no picture of %d x %d pixels with %d channels; it needs 1 or 3 of them"
              .formatted(bytes.length, width, height, channels));
    }
  }

  /** Value of a pixel's channel, 0 to 255. */
  public int value(int x, int y, int channel) {
    return bytes[(y * width + x) * channels + channel] & 0xff;
  }
}
