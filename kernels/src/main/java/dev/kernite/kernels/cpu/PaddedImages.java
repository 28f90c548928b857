package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.putFloat;

import dev.kernite.kernels.Conv;
import dev.kernite.kernels.SlidingWindow;

/**
 * Channels of the images that a strip of outputs sees, laid out so that what one tap of the window
 * sees from a row of outputs lies side by side: with their padding, and the columns of each row
 * sorted by their remainder modulo the stride.
 *
 * <pre>
 * a row, stride 2, padding 1      . a b c d e .        a window's second tap sees a c e
 * here                            . b d . | a c e .    which is a stretch of the second part
 * </pre>
 */
final class PaddedImages {
  /** Rows do not share a vector, so that no store holds up the load of what lies beside it. */
  private static final int ALIGNMENT = 16;

  private final ConvStrip strip;
  private final Conv.Shape shape;
  private final SlidingWindow window;
  private final int step;
  private final int channels;
  private final int columns; // of one remainder
  private final long rowFloats;
  private final long planeFloats;

  /**
   * Images that some outputs see.
   *
   * @param strip the outputs
   * @param channels how many channels
   */
  PaddedImages(ConvStrip strip, int channels) {
    this.strip = strip;
    this.shape = strip.shape();
    this.window = shape.window();
    this.step = strip.strideX();
    this.channels = channels;
    int seen = shape.outWidth() + (window.width() - 1) * window.dilationX() / step;
    this.columns = Math.max(seen, Math.ceilDiv(window.padX() + shape.inWidth(), step));
    this.rowFloats = Math.ceilDiv((long) columns * step, ALIGNMENT) * (long) ALIGNMENT;
    this.planeFloats = rowFloats * strip.rows();
  }

  /** Values of all channels. */
  long floats() {
    return planeFloats * channels;
  }

  /** Where the taps of all channels are, from the place of an output: one offset in bytes each. */
  void taps(long table) {
    long at = table;
    for (int c = 0; c < channels; c++) {
      for (int ky = 0; ky < window.height(); ky++) {
        long row = c * planeFloats + ky * window.dilationY() * rowFloats;
        for (int kx = 0; kx < window.width(); kx++) {
          int column = kx * window.dilationX();
          long place = row + column % step * (long) columns + column / step;
          RawMemory.putLong(at, Float.BYTES * place);
          at += Long.BYTES;
        }
      }
    }
  }

  /** The runs of some outputs: their first tap in the first channel, and their own place. */
  void runs(ConvStrip outputs, RunTable runs) {
    runs.clear();
    long first = outputs.first();
    int n = outputs.count();
    int pixels = shape.outPixels();
    int width = shape.outWidth();
    for (int done = 0; done < n; ) {
      long image = (first + done) / pixels;
      int place = (int) ((first + done) % pixels);
      int length = Math.min(width - place % width, n - done);
      long row = strip.row(image, place / width * strip.strideY());
      runs.add(row * rowFloats + place % width, done, length);
      done += length;
    }
  }

  /** Values from one row to the next. */
  long rowFloats() {
    return rowFloats;
  }

  /** Copies channels of x, from one on, to {@code room}, which holds the padding already. */
  void load(long x, int channel, PixelRows rows, long room) {
    long xRow = Float.BYTES * (long) shape.inWidth();
    long row = Float.BYTES * rowFloats;
    forEachPart(
        channel,
        (pixel, at, count, n) -> rows.copy(x + pixel, xRow, step, room + at, row, count, n));
  }

  /** Sets all values of a channel, counted from the first one here. */
  void fill(int channel, float value, long room) {
    long from = room + Float.BYTES * channel * planeFloats;
    if (Float.floatToRawIntBits(value) == 0) {
      RawMemory.zero(from, Float.BYTES * planeFloats);
      return;
    }
    long end = from + Float.BYTES * planeFloats;
    for (long at = from; at < end; at += Float.BYTES) {
      putFloat(at, value);
    }
  }

  /** Copies everything but the padding to channels of x, from one on. */
  void store(long room, PixelRows rows, long x, int channel) {
    long xRow = Float.BYTES * (long) shape.inWidth();
    long row = Float.BYTES * rowFloats;
    forEachPart(
        channel,
        (pixel, at, count, n) -> rows.spread(room + at, row, x + pixel, xRow, step, count, n));
  }

  /** What happens with a channel of an image: the columns of one remainder of all its rows. */
  private interface Part {
    /**
     * One part.
     *
     * @param pixel offset in bytes of its first pixel in x
     * @param at in the room
     */
    void visit(long pixel, long at, int rows, int n);
  }

  private void forEachPart(int channel, Part part) {
    for (int remainder = 0; remainder < step; remainder++) {
      int from = Math.max(0, Math.ceilDiv(window.padX() - remainder, step));
      int to = Math.min(columns, Math.ceilDiv(window.padX() + shape.inWidth() - remainder, step));
      long pixelColumn = (long) from * step + remainder - window.padX();
      long column = (long) remainder * columns + from;
      for (long image = strip.firstImage(); to > from && image <= strip.lastImage(); image++) {
        int top = Math.max(strip.top(image), window.padY());
        int bottom = Math.min(strip.bottom(image), window.padY() + shape.inHeight());
        long first = strip.row(image, top) * rowFloats + column;
        for (int c = 0; c < channels; c++) {
          long plane = (image * shape.inChannels() + channel + c) * shape.inPixels();
          long pixel = plane + (long) (top - window.padY()) * shape.inWidth() + pixelColumn;
          long at = c * planeFloats + first;
          part.visit(Float.BYTES * pixel, Float.BYTES * at, Math.max(0, bottom - top), to - from);
        }
      }
    }
  }
}
