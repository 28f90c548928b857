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
  public void spread(long source, long target, int step, long n) {
    switch (n <= SHORT ? 0 : step) {
      case 1 -> PixelKernels.copy(source, target, n);
      case 2 -> PixelKernels.toEverySecond(source, target, n);
      default -> plain.spread(source, target, step, n);
    }
  }

  @Override
  public void add(long source, long target, long n) {
    ColumnKernels.add(source, target, n);
  }

  @Override
  public void shift(long source, float offset, long target, long n) {
    PixelKernels.shift(source, target, n, offset);
  }

  @Override
  public int longest() {
    return Lanes.LANES;
  }

  @Override
  public void gather(long source, long places, int rows, RunTable runs, long matrix, int width) {
    PixelKernels.gather(
        source, places, rows, runs.address(), runs.size(), matrix, (long) Float.BYTES * width);
  }

  @Override
  public void scatter(long matrix, int width, long places, int rows, RunTable runs, long target) {
    PixelKernels.scatter(
        matrix, (long) Float.BYTES * width, places, rows, runs.address(), runs.size(), target);
  }
}
