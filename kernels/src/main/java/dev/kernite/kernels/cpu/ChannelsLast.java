package dev.kernite.kernels.cpu;

import dev.kernite.kernels.Conv;
import dev.kernite.kernels.SlidingWindow;

/**
 * Channels of the images that a strip of outputs sees, laid out so that what one output sees with a
 * row of its window lies side by side: with their padding, the channels of a pixel together, {@code
 * [rows, columns, channels]}. Patches are numbered accordingly, {@code [window height, window
 * width, channels]}.
 */
final class ChannelsLast {
  private final ConvStrip strip;
  private final Conv.Shape shape;
  private final SlidingWindow window;
  private final int channels;
  private final long columns;
  private final long rowFloats;

  /**
   * Images that some outputs see.
   *
   * @param strip the outputs
   * @param channels how many channels
   */
  ChannelsLast(ConvStrip strip, int channels) {
    this.strip = strip;
    this.shape = strip.shape();
    this.window = shape.window();
    this.channels = channels;
    long last = (shape.outWidth() - 1L) * strip.strideX();
    this.columns = last + (window.width() - 1L) * window.dilationX() + 1;
    this.rowFloats = columns * channels;
  }

  /** Values of all rows. */
  long floats() {
    return rowFloats * strip.rows();
  }

  /** Values that {@link #load} needs besides. */
  long scratchFloats() {
    return (long) shape.inPixels() * channels;
  }

  /** Copies channels of x, from one on, to {@code room}. */
  void load(long x, int channel, Tiles tiles, long room, long scratch) {
    RawMemory.zero(room, Float.BYTES * floats());
    long bytes = Float.BYTES * channels * Math.clamp(columns - window.padX(), 0L, shape.inWidth());
    long pixelBytes = (long) Float.BYTES * channels;
    for (long image = strip.firstImage(); image <= strip.lastImage(); image++) {
      int top = Math.max(strip.top(image), window.padY());
      int bottom = Math.min(strip.bottom(image), window.padY() + shape.inHeight());
      if (bottom <= top || bytes == 0) {
        continue;
      }
      long plane = (image * shape.inChannels() + channel) * shape.inPixels();
      long first = x + Float.BYTES * (plane + (long) (top - window.padY()) * shape.inWidth());
      int pixels = (bottom - top) * shape.inWidth();
      tiles.transpose(first, 4L * shape.inPixels(), channels, pixels, scratch, pixelBytes);
      long to = room + Float.BYTES * strip.row(image, top) * rowFloats + window.padX() * pixelBytes;
      for (int row = 0; row < bottom - top; row++) {
        RawMemory.copy(
            scratch + row * shape.inWidth() * pixelBytes,
            to + row * Float.BYTES * rowFloats,
            bytes);
      }
    }
  }

  /** Where the patches of the strip's outputs begin: one offset in bytes each. */
  void patches(long table) {
    for (int i = 0; i < strip.count(); ) {
      long number = strip.first() + i;
      int place = (int) (number % shape.outPixels());
      long row = strip.row(number / shape.outPixels(), place / shape.outWidth() * strip.strideY());
      int end = Math.min(strip.count(), i + shape.outWidth() - place % shape.outWidth());
      for (long column = place % shape.outWidth(); i < end; i++, column++) {
        long at = row * rowFloats + column * strip.strideX() * channels;
        RawMemory.putLong(table + (long) Long.BYTES * i, Float.BYTES * at);
      }
    }
  }

  /** The runs of n values of a patch, from the first one on. */
  void runs(int first, int n, RunTable runs) {
    int together = window.dilationX() == 1 ? window.width() * channels : channels;
    runs.clear();
    for (int done = 0; done < n; ) {
      int value = first + done;
      int length = Math.min(together - value % together, n - done);
      int tap = value / channels;
      long row = (long) (tap / window.width()) * window.dilationY();
      long column = (long) (tap % window.width()) * window.dilationX();
      runs.add(row * rowFloats + column * channels + value % channels, done, length);
      done += length;
    }
  }
}
