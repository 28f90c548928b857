package dev.kernite.kernels.cuda;

import dev.kernite.kernels.MergedAxes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * The struct {@code Walk} of walk.cuh: a row-major walk over up to three arrays of the same sizes.
 * The last axis is a row; the others are folded into a row number. Kernels take row numbers below
 * 2^31 and at most eight axes; {@link #launch} cuts a larger walk in pieces that are.
 */
final class Walk {
  private static final int LEADING = 7;
  private static final int ARRAYS = 3;
  private static final long MOST_ROWS = Integer.MAX_VALUE;
  private static final long STEPS = 16;
  private static final long AXES = STEPS + 8 * ARRAYS;
  private static final long FIRST_AXIS = AXES + 8;
  private static final long AXIS_BYTES = 8 * ARRAYS + 16;

  private final MemorySegment struct =
      MemorySegment.ofArray(new long[(int) (FIRST_AXIS + LEADING * AXIS_BYTES) / 8]);
  private final long[] sizes;
  private final long[][] strides;

  /** One launch. */
  @FunctionalInterface
  interface Launch {
    /**
     * Launches a piece.
     *
     * @param walk its struct
     * @param at offset of its first element in each array, in elements
     * @param position row-major number of that element
     */
    void run(Walk walk, long[] at, long position);
  }

  private Walk(long[] sizes, long[][] strides) {
    this.sizes = sizes;
    this.strides = strides;
    int last = sizes.length - 1;
    put(0, rows());
    put(8, sizes[last]);
    put(AXES, last);
    for (int k = 0; k < strides.length; k++) {
      put(STEPS + 8L * k, strides[k][last]);
    }
    for (int axis = 0; axis < last; axis++) {
      long at = FIRST_AXIS + axis * AXIS_BYTES;
      for (int k = 0; k < strides.length; k++) {
        put(at + 8L * k, strides[k][axis]);
      }
      putDivisor(at + 8L * ARRAYS, sizes[axis]);
    }
  }

  /** Launches a walk over all elements, in one piece wherever kernels can. */
  static void launch(MergedAxes axes, Launch launch) {
    if (axes.total() > 0) {
      pieces(axes.sizes(), axes.strides(), new long[axes.strides().length], 0, launch);
    }
  }

  private static void pieces(
      long[] sizes, long[][] strides, long[] at, long position, Launch launch) {
    int leading = sizes.length - 1;
    long rows = rows(sizes);
    if (leading <= LEADING && rows <= MOST_ROWS) {
      launch.run(new Walk(sizes, strides), at, position);
      return;
    }
    long inner = rows / sizes[0]; // rows an index of the outermost axis stands for
    long most = leading > LEADING ? 1 : Math.max(1, MOST_ROWS / inner);
    for (long from = 0; from < sizes[0]; from += most) {
      long piece = Math.min(most, sizes[0] - from);
      long[] start = at.clone();
      for (int k = 0; k < start.length; k++) {
        start[k] += from * strides[k][0];
      }
      long first = position + from * inner * sizes[leading];
      boolean whole = piece > 1;
      long[] rest = whole ? sizes.clone() : Arrays.copyOfRange(sizes, 1, sizes.length);
      long[][] steps = strides;
      if (whole) {
        rest[0] = piece;
      } else {
        steps = new long[strides.length][];
        for (int k = 0; k < steps.length; k++) {
          steps[k] = Arrays.copyOfRange(strides[k], 1, sizes.length);
        }
      }
      pieces(rest, steps, start, first, launch);
    }
  }

  /** The struct's bytes. */
  MemorySegment struct() {
    return struct;
  }

  /** Number of rows. */
  long rows() {
    return rows(sizes);
  }

  /** Elements a row. */
  long cols() {
    return sizes[sizes.length - 1];
  }

  private static long rows(long[] sizes) {
    long rows = 1;
    for (int axis = 0; axis < sizes.length - 1; axis++) {
      rows *= sizes[axis];
    }
    return rows;
  }

  /**
   * Size, multiplier and shift of a division by {@code size} (Granlund and Montgomery 1994): {@code
   * n / size = (high(n magic) + n) >> shift} for n below 2^31.
   */
  private void putDivisor(long at, long size) {
    int shift = Long.SIZE - Long.numberOfLeadingZeros(size - 1);
    long magic = ((1L << 32) * ((1L << shift) - size)) / size + 1;
    struct.set(ValueLayout.JAVA_INT, at, (int) size);
    struct.set(ValueLayout.JAVA_INT, at + 4, (int) magic);
    struct.set(ValueLayout.JAVA_INT, at + 8, shift);
  }

  private void put(long at, long value) {
    struct.set(ValueLayout.JAVA_LONG, at, value);
  }
}
