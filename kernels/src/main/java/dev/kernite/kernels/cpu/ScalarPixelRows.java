package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.getFloat;
import static dev.kernite.kernels.cpu.RawMemory.putFloat;

/** Runs of pixels in plain Java. */
final class ScalarPixelRows implements PixelRows {
  @Override
  public void copy(long source, int step, long target, long n) {
    for (long i = 0; i < n; i++) {
      putFloat(target + 4 * i, getFloat(source + 4 * i * step));
    }
  }

  @Override
  public void add(long source, long target, int step, long n) {
    for (long i = 0; i < n; i++) {
      long to = target + 4 * i * step;
      putFloat(to, getFloat(to) + getFloat(source + 4 * i));
    }
  }

  @Override
  public void shift(long source, float offset, long target, long n) {
    for (long i = 0; i < 4 * n; i += 4) {
      putFloat(target + i, getFloat(source + i) + offset);
    }
  }
}
