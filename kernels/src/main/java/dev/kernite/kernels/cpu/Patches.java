package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.putFloat;

import dev.kernite.kernels.Conv;
import dev.kernite.kernels.SlidingWindow;

/**
 * The matrix of patches of one group of channels: {@code col[patch, columns]} has a column for each
 * output pixel, which holds all pixels that the window sees from there, zeros beyond the image. A
 * convolution is a product with it (Chellapilla et al. 2006, "im2col").
 *
 * <p>Columns are numbered through the whole batch, [batch, outHeight, outWidth], and only a range
 * of them is ever made. A row of the matrix is filled in runs: stretches of one row of the output,
 * which lie on one row of the image.
 */
final class Patches {
  private final Conv.Shape shape;
  private final SlidingWindow window;
  private final long first;
  private final int count;
  private final PixelRows rows;

  /**
   * A range of the columns.
   *
   * @param first number of the first one
   * @param count how many
   */
  Patches(Conv.Shape shape, long first, int count, PixelRows rows) {
    this.shape = shape;
    this.window = shape.window();
    this.first = first;
    this.count = count;
    this.rows = rows;
  }

  /** What happens between a run of a matrix row and a row of the image. */
  private interface Run {
    /**
     * One run.
     *
     * @param pixel address of the pixel of the run's first value that lies within the image
     * @param at address of the run in the matrix
     * @param before values before the image, {@code inside} it, and {@code after} it
     */
    void visit(long pixel, long at, int before, int inside, int after);
  }

  /** Fills the matrix from images x. */
  void gather(long x, int group, long matrix) {
    int step = window.strideX();
    forEachRun(
        x,
        group,
        matrix,
        (pixel, at, before, inside, after) -> {
          zero(at, before);
          long from = at + 4L * before;
          rows.copy(pixel, step, from, inside);
          zero(from + 4L * inside, after);
        });
  }

  /** Adds the matrix to images x: each value to the pixel that it stands for. */
  void scatter(long matrix, int group, long x) {
    int step = window.strideX();
    forEachRun(
        x,
        group,
        matrix,
        (pixel, at, before, inside, after) -> rows.add(at + 4L * before, pixel, step, inside));
  }

  private void forEachRun(long x, int group, long matrix, Run run) {
    long row = matrix;
    for (int channel = 0; channel < shape.groupIn(); channel++) {
      long plane = x + 4L * (group * shape.groupIn() + channel) * shape.inPixels();
      for (int ky = 0; ky < window.height(); ky++) {
        for (int kx = 0; kx < window.width(); kx++) {
          runsOfRow(plane, ky, kx, row, run);
          row += 4L * count;
        }
      }
    }
  }

  /** The runs of one tap of one channel. */
  private void runsOfRow(long plane, int ky, int kx, long row, Run run) {
    int width = shape.outWidth();
    int shiftY = ky * window.dilationY() - window.padY();
    int shiftX = kx * window.dilationX() - window.padX();
    int low = Math.clamp(ceil(-shiftX, window.strideX()), 0, width); // outputs within the image
    int high = Math.clamp(ceil((long) shape.inWidth() - shiftX, window.strideX()), low, width);
    long imageBytes = 4L * shape.inChannels() * shape.inPixels();
    long image = plane + first / shape.outPixels() * imageBytes;
    int place = (int) (first % shape.outPixels());
    int y = place / width;
    int x = place % width;
    for (int done = 0; done < count; ) {
      int length = Math.min(width - x, count - done);
      int inY = y * window.strideY() + shiftY;
      boolean seen = inY >= 0 && inY < shape.inHeight();
      int from = seen ? Math.clamp(low, x, x + length) : x + length;
      int to = Math.clamp(high, from, x + length);
      long pixel = image + 4L * ((long) inY * shape.inWidth() + from * window.strideX() + shiftX);
      run.visit(pixel, row + 4L * done, from - x, to - from, x + length - to);
      done += length;
      x = 0;
      if (++y == shape.outHeight()) {
        y = 0;
        image += imageBytes;
      }
    }
  }

  private static int ceil(long n, int step) {
    return (int) -Math.floorDiv(-n, step);
  }

  private static void zero(long target, int n) {
    for (long i = 0; i < 4L * n; i += 4) {
      putFloat(target + i, 0);
    }
  }
}
