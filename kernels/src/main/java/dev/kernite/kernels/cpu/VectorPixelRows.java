package dev.kernite.kernels.cpu;

/**
 * Runs of pixels on vectors, where they are dense or every second one; else, and where they are too
 * short to be worth a mask, in plain Java.
 */
final class VectorPixelRows implements PixelRows {
  private static final int SHORT = 3;

  private final ScalarPixelRows plain = new ScalarPixelRows();

  @Override
  public void copy(long source, int step, long target, long n) {
    switch (n <= SHORT ? 0 : step) {
      case 1 -> PixelKernels.copy(source, target, n);
      case 2 -> PixelKernels.everySecond(source, target, n);
      default -> plain.copy(source, step, target, n);
    }
  }

  @Override
  public void add(long source, long target, int step, long n) {
    if (step == 1 && n > SHORT) {
      ColumnKernels.add(source, target, n);
    } else {
      plain.add(source, target, step, n);
    }
  }

  @Override
  public void shift(long source, float offset, long target, long n) {
    PixelKernels.shift(source, target, n, offset);
  }
}
