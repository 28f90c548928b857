package dev.kernite.kernels.cuda;

import java.lang.foreign.MemorySegment;

/**
 * The struct {@code Ending} of reduce.cuh: what a kernel makes of a line's state.
 *
 * @param n values a line
 * @param divisor of sums
 * @param root whether the square root is taken
 * @param kind what is written
 */
record Ending(double n, double divisor, boolean root, Kind kind) {
  /** What is written, by the constants of reduce.cuh. */
  enum Kind {
    /** float32, or int32 for indices. */
    RESULT,
    /** float64. */
    WIDE,
    /** The state itself. */
    STATE
  }

  static Ending result(double n, double divisor, boolean root) {
    return new Ending(n, divisor, root, Kind.RESULT);
  }

  static Ending wide(double n) {
    return new Ending(n, 1, false, Kind.WIDE);
  }

  static Ending state(double n) {
    return new Ending(n, 1, false, Kind.STATE);
  }

  MemorySegment struct() {
    long flags = (root ? 1 : 0) | (long) kind.ordinal() << 32; // two ints, the first one low
    return Structs.of(Double.doubleToRawLongBits(n), Double.doubleToRawLongBits(divisor), flags);
  }
}
