package dev.kernite.kernels.cuda;

import dev.kernite.kernels.cuda.driver.Kernel;
import dev.kernite.kernels.cuda.driver.Kernels;
import dev.kernite.kernels.cuda.driver.Scratch;

/** One fold of reduce.cuh, in the three kernels that reduce.cu has of it. */
final class Fold {
  /** Bytes of the largest state. */
  static final long STATE_BYTES = 16;

  /** Longest line that one warp takes alone. */
  private static final long SHORT = 1024;

  /** Lines below this many do not fill a device: they are cut in parts. */
  private static final long ENOUGH_LINES = 512;

  /** Least values in a part, and the most parts. */
  private static final long PART = 1 << 13;

  private static final long MOST_PARTS = 256;

  private final Grids grids;
  private final Scratch scratch;
  private final Kernel rows;
  private final Kernel columns;
  private final Kernel parts;

  Fold(Kernels kernels, Grids grids, Scratch scratch, String name) {
    this.grids = grids;
    this.scratch = scratch;
    rows = kernels.kernel("reduce", "reduce_rows_" + name);
    columns = kernels.kernel("reduce", "reduce_columns_" + name);
    parts = kernels.kernel("reduce", "reduce_parts_" + name);
  }

  /**
   * Folds lines.
   *
   * @param given a value a line that the fold compares with, or 0
   * @param out receives what the ending says, one a line
   */
  void run(CudaReduce.Lines lines, long given, long out, Ending ending) {
    long count = lines.count();
    if (count == 0) {
      return;
    }
    long n = lines.n();
    long cut = 1;
    if (count < ENOUGH_LINES * (lines.inner() == 1 ? 1 : Grids.WARP)) {
      // By the shape alone: the order of the sums must not depend on the device.
      long least = lines.inner() == 1 ? PART : PART / Grids.WARP;
      cut = Math.clamp(Grids.ceil(n, least), 1, MOST_PARTS);
    }
    long length = Math.max(1, Grids.ceil(n, cut));
    int number = (int) Math.max(1, Grids.ceil(n, length));
    long states = number == 1 ? 0 : scratch.bytes(STATE_BYTES * number * count);
    Ending first = number == 1 ? ending : Ending.state(n);
    fold(lines, given, number == 1 ? out : states, length, number, first);
    if (number > 1) {
      grids.each(parts.arg(states).arg(number).arg(out).arg(count).arg(ending.struct()), count);
      scratch.release(states);
    }
  }

  private void fold(
      CudaReduce.Lines lines, long given, long out, long length, int number, Ending ending) {
    long count = lines.count();
    long n = lines.n();
    if (lines.inner() == 1) {
      int x = n > SHORT ? Grids.THREADS : Grids.WARP;
      int y = n > SHORT ? 1 : (int) Math.min(Grids.THREADS / x, Grids.powerOfTwo(count, 1));
      rows.arg(lines.x())
          .arg(given)
          .arg(out)
          .arg(count)
          .arg(n)
          .arg(length)
          .arg(ending.struct())
          .launch(Grids.ceil(count, y), number, 1, x, y, 0);
      return;
    }
    // A warp's width of lines, and as many lanes a line as its length is worth.
    int narrow = (int) Math.min(Grids.WARP, Grids.powerOfTwo(count, 1));
    int y = (int) Math.min(Grids.THREADS / narrow, Long.highestOneBit(Math.max(1, length / 4)));
    int x = (int) Math.min(Grids.THREADS / y, Grids.powerOfTwo(count, 1));
    columns
        .arg(lines.x())
        .arg(given)
        .arg(out)
        .arg(count)
        .arg(n)
        .arg(lines.inner())
        .arg(length)
        .arg(ending.struct())
        .launch(Grids.ceil(count, x), number, 1, x, y, 0);
  }
}
