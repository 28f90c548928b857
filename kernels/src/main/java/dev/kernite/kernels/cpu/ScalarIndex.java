package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.getFloat;
import static dev.kernite.kernels.cpu.RawMemory.getInt;
import static dev.kernite.kernels.cpu.RawMemory.putFloat;
import static dev.kernite.kernels.cpu.RawMemory.putInt;

import dev.kernite.kernels.Index;

/** Gathers and scatters; memory-bound copies and additions that serve both twins. */
final class ScalarIndex implements Index {
  /** Tasks that share out the rows of a table, by index modulo this many. */
  private static final long OWNERS = 16;

  private final Workers workers;

  ScalarIndex(Workers workers) {
    this.workers = workers;
  }

  @Override
  public void gatherRows(long table, long ids, long out, long n, long cols) {
    Chunks.rows(
        workers,
        n,
        cols,
        (from, to) -> {
          for (long i = from; i < to; i++) {
            long row = getInt(ids + 4 * i);
            RawMemory.copy(table + 4 * row * cols, out + 4 * i * cols, 4 * cols);
          }
        });
  }

  @Override
  public void scatterAddRows(
      long dy, long ids, long dtable, long n, long cols, long tableRows, long skip) {
    // Each task scans all indices in order and adds to the table rows it owns: no two tasks write
    // the same row, and frequent rows (small indices, in vocabularies) go to different tasks.
    long owners = n * cols > Chunks.VALUES ? OWNERS : 1;
    workers.run(
        owners,
        owner -> {
          for (long i = 0; i < n; i++) {
            int row = getInt(ids + 4 * i);
            if (row % owners == owner && row != skip) {
              addRow(dy + 4 * i * cols, dtable + 4L * row * cols, cols);
            }
          }
        });
  }

  private static void addRow(long from, long to, long cols) {
    for (long c = 0; c < cols; c++) {
      long k = 4 * c;
      putFloat(to + k, getFloat(to + k) + getFloat(from + k));
    }
  }

  @Override
  public void gather(long x, long index, long out, long outer, long n, long m, long inner) {
    Chunks.rows(
        workers,
        outer,
        m * inner,
        (from, to) -> {
          for (long o = from; o < to; o++) {
            for (long e = 0; e < m * inner; e++) {
              long at = 4 * (o * m * inner + e);
              long j = getInt(index + at);
              putInt(out + at, getInt(x + 4 * ((o * n + j) * inner + e % inner)));
            }
          }
        });
  }

  @Override
  public void scatterAdd(long dy, long index, long dx, long outer, long n, long m, long inner) {
    Chunks.rows(
        workers,
        outer,
        m * inner,
        (from, to) -> {
          for (long o = from; o < to; o++) {
            for (long e = 0; e < m * inner; e++) {
              long at = 4 * (o * m * inner + e);
              long target = dx + 4 * ((o * n + getInt(index + at)) * inner + e % inner);
              putFloat(target, getFloat(target) + getFloat(dy + at));
            }
          }
        });
  }
}
