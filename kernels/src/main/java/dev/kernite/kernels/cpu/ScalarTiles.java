package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.getFloat;
import static dev.kernite.kernels.cpu.RawMemory.putFloat;

/** {@link Tiles} in plain Java: four columns of one row at a time, their sums in registers. */
final class ScalarTiles implements Tiles {
  private static final int WIDTH = 16;

  @Override
  public int width() {
    return WIDTH;
  }

  @Override
  public void multiply(
      int rows, long a, long aRow, long aStep, long b, long bStep, long c, long cRow, int k) {
    for (int row = 0; row < rows; row++) {
      for (long j = 0; j < 4L * WIDTH; j += 16) {
        float c0 = 0;
        float c1 = 0;
        float c2 = 0;
        float c3 = 0;
        for (int s = 0; s < k; s++) {
          float x = getFloat(a + row * aRow + s * aStep);
          long at = b + s * bStep + j;
          c0 = Math.fma(x, getFloat(at), c0);
          c1 = Math.fma(x, getFloat(at + 4), c1);
          c2 = Math.fma(x, getFloat(at + 8), c2);
          c3 = Math.fma(x, getFloat(at + 12), c3);
        }
        long to = c + row * cRow + j;
        putFloat(to, c0);
        putFloat(to + 4, c1);
        putFloat(to + 8, c2);
        putFloat(to + 12, c3);
      }
    }
  }

  @Override
  public void pack(long source, long sourceRow, int rows, int columns, long panel) {
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < WIDTH; j++) {
        putFloat(
            panel + 4L * (i * WIDTH + j),
            j < columns ? getFloat(source + i * sourceRow + 4L * j) : 0);
      }
    }
  }

  @Override
  public void transpose(
      long source, long sourceRow, int rows, int columns, long target, long targetRow) {
    for (int j = 0; j < columns; j++) {
      for (int i = 0; i < rows; i++) {
        putFloat(target + j * targetRow + 4L * i, getFloat(source + i * sourceRow + 4L * j));
      }
    }
  }

  @Override
  public void add(long source, long sourceRow, long target, long targetRow, int rows, int columns) {
    for (int row = 0; row < rows; row++) {
      for (int j = 0; j < columns; j++) {
        long to = target + row * targetRow + 4L * j;
        putFloat(to, getFloat(to) + getFloat(source + row * sourceRow + 4L * j));
      }
    }
  }

  @Override
  public boolean prefersDots() {
    return true;
  }

  @Override
  public void dots(long a, long b, long bRow, int columns, long c, int k) {
    for (int j = 0; j < columns; j++) {
      float sum = 0;
      for (int s = 0; s < k; s++) {
        sum = Math.fma(getFloat(a + 4L * s), getFloat(b + j * bRow + 4L * s), sum);
      }
      putFloat(c + 4L * j, sum);
    }
  }
}
