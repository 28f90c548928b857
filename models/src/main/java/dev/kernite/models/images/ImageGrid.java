package dev.kernite.models.images;

import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;
import dev.kernite.models.data.PixelScale;

/**
 * A batch of images side by side on black, as torchvision's {@code make_grid} and {@code
 * save_image} lay them out: row by row, {@code padding} pixels around each. A single image stays as
 * it is.
 *
 * @param columns images in a row
 * @param padding pixels between images and around them
 * @param scale which value of the images is black and which is white
 */
public record ImageGrid(int columns, int padding, PixelScale scale) {
  /** As {@code make_grid}. */
  public static final int PADDING = 2;

  /** Checks the numbers. */
  public ImageGrid {
    if (columns < 1 || padding < 0) {
      throw new ModelException(
          "a grid of %d columns with %d pixels between: the one must be at least 1, the other 0"
              .formatted(columns, padding));
    }
  }

  /** A grid with 2 pixels between the images. */
  public static ImageGrid of(int columns, PixelScale scale) {
    return new ImageGrid(columns, PADDING, scale);
  }

  /**
   * Draws images.
   *
   * @param images [n, channels, height, width], float32, with 1 or 3 channels
   */
  public Raster draw(Tensor images) {
    return draw(images.toFloats(), images.shape());
  }

  /**
   * Draws images.
   *
   * @param images their values, row-major
   * @param shape [n, channels, height, width], with 1 or 3 channels
   * @throws ModelException if the shape is another, or the picture would be over 2 GB
   */
  public Raster draw(float[] images, Shape shape) {
    if (shape.rank() != 4 || shape.size() == 0 || shape.size() != images.length) {
      throw new ModelException(
          "%d values %s are no images [n, channels, height, width]"
              .formatted(images.length, shape));
    }
    int n = (int) shape.dim(0);
    int channels = (int) shape.dim(1);
    int across = Math.min(columns, n);
    int down = Math.ceilDiv(n, across);
    int edge = n == 1 ? 0 : padding;
    long width = across * (shape.dim(3) + edge) + edge;
    long height = down * (shape.dim(2) + edge) + edge;
    if (width * height * channels > Integer.MAX_VALUE - 8) {
      throw new ModelException(
          "a grid of %d x %d pixels is too large; draw fewer images".formatted(width, height));
    }
    byte[] bytes = new byte[(int) (width * height * channels)];
    for (int i = 0; i < n; i++) {
      long left = i % across * (shape.dim(3) + edge) + edge;
      long top = i / across * (shape.dim(2) + edge) + edge;
      put(images, i, shape, bytes, (int) (top * width + left), (int) width);
    }
    return new Raster((int) width, (int) height, channels, bytes);
  }

  /** Image i, planes of which each is a channel, becomes pixels from {@code origin} on. */
  private void put(float[] images, int i, Shape shape, byte[] bytes, int origin, int width) {
    int channels = (int) shape.dim(1);
    int h = (int) shape.dim(2);
    int w = (int) shape.dim(3);
    for (int c = 0; c < channels; c++) {
      for (int y = 0; y < h; y++) {
        for (int x = 0; x < w; x++) {
          float value = images[((i * channels + c) * h + y) * w + x];
          bytes[(origin + y * width + x) * channels + c] = (byte) scale.pixel(value);
        }
      }
    }
  }
}
