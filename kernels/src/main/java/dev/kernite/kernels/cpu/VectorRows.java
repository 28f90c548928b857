package dev.kernite.kernels.cpu;

/**
 * Sums and extremes of contiguous rows of any length. Lanes add up at most {@value #BLOCK} values
 * in float32; the sums of blocks are added in float64, so the error does not grow with the row.
 */
final class VectorRows {
  /** Values that lanes add up before float64 takes over. */
  static final long BLOCK = 4096;

  private VectorRows() {}

  /** Sum of the values. */
  static double sum(long x, long n) {
    double total = 0;
    for (long at = 0; at < n; at += BLOCK) {
      total += ReductionKernels.sum(x + 4 * at, Math.min(BLOCK, n - at));
    }
    return total;
  }

  /** Sum of x - shift. */
  static double sumShifted(long x, long n, float shift) {
    double total = 0;
    for (long at = 0; at < n; at += BLOCK) {
      total += ReductionKernels.sumShifted(x + 4 * at, Math.min(BLOCK, n - at), shift);
    }
    return total;
  }

  /** Sum of (x - centre)^2. */
  static double squares(long x, long n, float centre) {
    double total = 0;
    for (long at = 0; at < n; at += BLOCK) {
      total += ReductionKernels.squares(x + 4 * at, Math.min(BLOCK, n - at), centre);
    }
    return total;
  }

  /** Sum of x y. */
  static double dot(long x, long y, long n) {
    double total = 0;
    for (long at = 0; at < n; at += BLOCK) {
      total += ReductionKernels.dot(x + 4 * at, y + 4 * at, Math.min(BLOCK, n - at));
    }
    return total;
  }

  /** Sum of exp(x - shift); x &lt;= shift. */
  static double sumExp(long x, long n, float shift) {
    double total = 0;
    for (long at = 0; at < n; at += BLOCK) {
      total += SoftmaxKernels.sumExp(x + 4 * at, Math.min(BLOCK, n - at), shift);
    }
    return total;
  }

  /** Stores exp(x - shift) and returns its sum; x &lt;= shift. */
  static double storeExp(long x, long y, long n, float shift) {
    double total = 0;
    for (long at = 0; at < n; at += BLOCK) {
      total += SoftmaxKernels.storeExp(x + 4 * at, y + 4 * at, Math.min(BLOCK, n - at), shift);
    }
    return total;
  }
}
