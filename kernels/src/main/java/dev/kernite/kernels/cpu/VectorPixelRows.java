package dev.kernite.kernels.cpu;

/** Pixels on vectors; where a stride is more than two, in plain Java. */
final class VectorPixelRows implements PixelRows {
  private final ScalarPixelRows plain = new ScalarPixelRows();

  @Override
  public void copy(
      long source, long sourceRow, int step, long target, long targetRow, int rows, long n) {
    switch (step) {
      case 1 -> PixelKernels.copy(source, sourceRow, target, targetRow, rows, n);
      case 2 -> PixelKernels.everySecond(source, sourceRow, target, targetRow, rows, n);
      default -> plain.copy(source, sourceRow, step, target, targetRow, rows, n);
    }
  }

  @Override
  public void spread(
      long source, long sourceRow, long target, long targetRow, int step, int rows, long n) {
    switch (step) {
      case 1 -> PixelKernels.copy(source, sourceRow, target, targetRow, rows, n);
      case 2 -> PixelKernels.toEverySecond(source, sourceRow, target, targetRow, rows, n);
      default -> plain.spread(source, sourceRow, target, targetRow, step, rows, n);
    }
  }

  @Override
  public void shift(
      long source, long sourceRow, long offsets, long target, long targetRow, int rows, long n) {
    PixelKernels.shift(source, sourceRow, offsets, target, targetRow, rows, n);
  }

  @Override
  public void add(long source, long target, long n) {
    ColumnKernels.add(source, target, n);
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
