package dev.kernite.kernels.cuda;

import dev.kernite.kernels.cuda.driver.Kernel;
import dev.kernite.kernels.cuda.driver.Kernels;

/**
 * Launch geometries of the kernels that walk flat runs, rows of runs, or lines. Their loops take
 * any grid, so it is as large as keeps the device busy and no larger.
 */
final class Grids {
  static final int THREADS = 256;
  static final int WARP = 32;

  /** Values a thread takes at once in the kernels with 128-bit accesses. */
  static final int WIDTH = 4;

  private static final long BLOCKS_A_MULTIPROCESSOR = 32;
  private static final long MOST_Y = 65_535;

  private final long most;

  Grids(Kernels kernels) {
    this.most = kernels.multiprocessors() * BLOCKS_A_MULTIPROCESSOR;
  }

  /** Launches threads for n values, each taking {@link #WIDTH} at a time. */
  void flat(Kernel kernel, long n) {
    each(kernel, ceil(n, WIDTH));
  }

  /** Launches a thread for each of n things. */
  void each(Kernel kernel, long n) {
    int threads = (int) Math.min(THREADS, powerOfTwo(n, WARP));
    kernel.launch(Math.min(ceil(n, threads), most), threads);
  }

  /**
   * Launches blocks of two axes: threads along x share a row.
   *
   * @param values a thread takes at once
   */
  void rows(Kernel kernel, long rows, long cols, int values) {
    long slots = ceil(cols, values);
    int x = (int) Math.min(THREADS, powerOfTwo(slots, 1));
    int y = (int) Math.min(THREADS / x, powerOfTwo(rows, 1));
    long gridX = Math.min(ceil(slots, x), most);
    long gridY = Math.min(ceil(rows, y), Math.min(MOST_Y, Math.max(1, most / gridX)));
    kernel.launch(gridX, (int) gridY, 1, x, y, 0);
  }

  /** The smallest power of two that is at least n and at least {@code least}. */
  static long powerOfTwo(long n, long least) {
    return n <= least ? least : Long.highestOneBit(n - 1) << 1;
  }

  static long ceil(long n, long size) {
    return (n + size - 1) / size;
  }
}
