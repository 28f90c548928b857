package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.getFloat;
import static dev.kernite.kernels.cpu.RawMemory.getLong;
import static dev.kernite.kernels.cpu.RawMemory.putFloat;

/** Runs of pixels in plain Java. */
final class ScalarPixelRows implements PixelRows {
  @Override
  public void copy(
      long source, long sourceRow, int step, long target, long targetRow, int rows, long n) {
    for (int r = 0; r < rows; r++) {
      for (long i = 0; i < n; i++) {
        float value = getFloat(source + r * sourceRow + 4 * i * step);
        putFloat(target + r * targetRow + 4 * i, value);
      }
    }
  }

  @Override
  public void spread(
      long source, long sourceRow, long target, long targetRow, int step, int rows, long n) {
    for (int r = 0; r < rows; r++) {
      for (long i = 0; i < n; i++) {
        float value = getFloat(source + r * sourceRow + 4 * i);
        putFloat(target + r * targetRow + 4 * i * step, value);
      }
    }
  }

  @Override
  public void shift(
      long source, long sourceRow, long offsets, long target, long targetRow, int rows, long n) {
    for (int r = 0; r < rows; r++) {
      float offset = getFloat(offsets + 4L * r);
      for (long i = 0; i < 4 * n; i += 4) {
        float value = getFloat(source + r * sourceRow + i);
        putFloat(target + r * targetRow + i, value + offset);
      }
    }
  }

  @Override
  public void add(long source, long target, long n) {
    for (long i = 0; i < 4 * n; i += 4) {
      putFloat(target + i, getFloat(target + i) + getFloat(source + i));
    }
  }

  @Override
  public int longest() {
    return Integer.MAX_VALUE;
  }

  @Override
  public void gather(long source, long places, int rows, RunTable runs, long matrix, int width) {
    for (int row = 0; row < rows; row++) {
      long from = source + getLong(places + 8L * row);
      long to = matrix + 4L * row * width;
      for (int run = 0; run < runs.size(); run++) {
        copy(from + runs.from(run), 0, 1, to + runs.to(run), 0, 1, runs.length(run));
      }
    }
  }

  @Override
  public void scatter(long matrix, int width, long places, int rows, RunTable runs, long target) {
    for (int row = 0; row < rows; row++) {
      long from = matrix + 4L * row * width;
      long to = target + getLong(places + 8L * row);
      for (int run = 0; run < runs.size(); run++) {
        add(from + runs.to(run), to + runs.from(run), runs.length(run));
      }
    }
  }
}
