package dev.kernite.kernels.cpu;

/**
 * Sums over rows, column by column. A task adds up at most {@value #ROWS} rows; the partial sums
 * are then added pairwise, so the error grows with the logarithm of the number of rows.
 */
final class VectorColumns {
  /** Rows of one partial sum. */
  static final long ROWS = 128;

  /** Columns of one task: its sums stay in the first-level cache. */
  private static final long COLUMNS = 1024;

  private VectorColumns() {}

  /**
   * Computes {@code y[o, i] = sum over j of x[o, j, i]}.
   *
   * @param inner columns
   */
  static void sum(
      Workers workers, HostMemory memory, long x, long y, long outer, long n, long inner) {
    long parts = Math.max(1, Chunks.count(n, ROWS));
    if (parts == 1) {
      partialSums(workers, x, y, outer, n, inner, 1);
      return;
    }
    var partial = memory.allocate(4 * outer * parts * inner);
    try {
      partialSums(workers, x, partial.address(), outer, n, inner, parts);
      combine(workers, partial.address(), y, outer, parts, inner);
    } finally {
      memory.release(partial);
    }
  }

  private static void partialSums(
      Workers workers, long x, long sums, long outer, long n, long inner, long parts) {
    long blocks = Chunks.count(inner, COLUMNS);
    long rows = Math.min(ROWS, n);
    Chunks.rows(
        workers,
        outer * parts * blocks,
        rows * Math.min(COLUMNS, inner),
        (from, to) -> {
          for (long task = from; task < to; task++) {
            long column = task % blocks * COLUMNS;
            long part = task / blocks % parts;
            long o = task / blocks / parts;
            long columns = Math.min(COLUMNS, inner - column);
            long sum = sums + 4 * ((o * parts + part) * inner + column);
            long first = x + 4 * ((o * n + part * ROWS) * inner + column);
            RawMemory.zero(sum, 4 * columns);
            addRows(first, 4 * inner, Math.min(ROWS, n - part * ROWS), sum, columns);
          }
        });
  }

  /**
   * Adds rows to a sum.
   *
   * @param stride bytes from row to row
   */
  static void addRows(long x, long stride, long rows, long sum, long columns) {
    long row = 0;
    for (; row + 4 <= rows; row += 4) {
      long y = x + row * stride;
      ColumnKernels.addFour(y, y + stride, y + 2 * stride, y + 3 * stride, sum, columns);
    }
    for (; row < rows; row++) {
      ColumnKernels.add(x + row * stride, sum, columns);
    }
  }

  /** Adds {@code parts[outer, parts, inner]} over its middle axis, pairwise, overwriting it. */
  static void combine(Workers workers, long partial, long y, long outer, long parts, long inner) {
    long blocks = Chunks.count(inner, COLUMNS);
    Chunks.rows(
        workers,
        outer * blocks,
        parts * Math.min(COLUMNS, inner),
        (from, to) -> {
          for (long task = from; task < to; task++) {
            long o = task / blocks;
            long column = task % blocks * COLUMNS;
            long columns = Math.min(COLUMNS, inner - column);
            long first = partial + 4 * (o * parts * inner + column);
            for (long step = 1; step < parts; step *= 2) {
              for (long part = 0; part + step < parts; part += 2 * step) {
                long sum = first + 4 * part * inner;
                addRows(sum + 4 * step * inner, 0, 1, sum, columns);
              }
            }
            RawMemory.copy(first, y + 4 * (o * inner + column), 4 * columns);
          }
        });
  }
}
