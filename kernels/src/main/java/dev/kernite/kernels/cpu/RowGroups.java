package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.ALL;
import static dev.kernite.kernels.cpu.RawMemory.FLOAT;
import static dev.kernite.kernels.cpu.RawMemory.LITTLE;
import static dev.kernite.kernels.cpu.RawMemory.getFloat;

import dev.kernite.kernels.KernelException;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Rows of A as the panel kernels like them: in a Java array, group by group, the rows of a group
 * interleaved. A group's value a[r, s] is at {@code start + rows * s + r}; its rows are {@link
 * Tiles#nextRows}, counted from the first row of a block, and it starts k values a row after that.
 *
 * <p>Each thread that multiplies keeps its array. A product fills and reads it before it returns,
 * and its tasks start no other product, so the array is never needed twice at a time.
 */
final class RowGroups {
  /** Rows of a block: its part of A and of a panel stay in the second-level cache. */
  static final int ROW_BLOCK = 96;

  /** Values of A that are packed at a time: 16 MiB. */
  private static final long VALUES = 4 << 20;

  /** How much more that may become, to keep a block of long rows whole. */
  private static final int STRETCH = 4;

  /** Summands of a block of rows that are packed by one task; a multiple of the vectors' lanes. */
  private static final int PART = 128;

  /** Operations that take about as long as packing a value. */
  private static final double VALUE_FLOPS = 16;

  private static final int VECTOR = 16;
  private static final boolean WIDE = Lanes.LANES == VECTOR;

  private static final ThreadLocal<float[]> ARRAYS = ThreadLocal.withInitial(() -> new float[0]);

  private final Workers workers;
  private final long values;

  RowGroups(Workers workers) {
    this(workers, VALUES);
  }

  /**
   * Packs in other portions.
   *
   * @param values that an array should hold
   */
  RowGroups(Workers workers, long values) {
    this.workers = workers;
    this.values = values;
  }

  /** Rows of k summands to pack at a time: whole blocks, or a part of one if they are long. */
  long atATime(long k) {
    long rows = values / Math.max(1, k);
    return rows >= ROW_BLOCK
        ? rows / ROW_BLOCK * ROW_BLOCK
        : Math.clamp(STRETCH * values / Math.max(1, k), 1, ROW_BLOCK);
  }

  /** How many blocks the rows of a product make. */
  static long blocks(GemmProduct p) {
    return (p.m() + ROW_BLOCK - 1) / ROW_BLOCK;
  }

  /**
   * Packs all rows of a product, at most {@link #atATime}, block after block, in parallel.
   *
   * @return this thread's array, the rows from index 0 on; valid until the next call
   */
  float[] pack(GemmProduct p) {
    if (p.m() * p.k() > Integer.MAX_VALUE - VECTOR) { // a single row: see atATime
      throw new KernelException(
          "matmul: a row of %d summands does not fit into an array".formatted(p.k()));
    }
    float[] array = array((int) (p.m() * p.k()));
    long parts = (p.k() + PART - 1) / PART;
    workers.run(
        blocks(p) * parts,
        VALUE_FLOPS * p.m() * p.k(),
        task -> {
          long row = task / parts * ROW_BLOCK;
          int rows = (int) Math.min(ROW_BLOCK, p.m() - row);
          int from = (int) (task % parts * PART);
          pack(
              p.a() + row * p.aRow(),
              p.aRow(),
              p.aStep(),
              rows,
              (int) p.k(),
              from,
              (int) Math.min(PART, p.k() - from),
              p.tileRows(),
              array,
              (int) (row * p.k()));
        });
    return array;
  }

  private static float[] array(int values) {
    float[] array = ARRAYS.get();
    if (array.length < values) {
      array = new float[values];
      ARRAYS.set(array);
    }
    return array;
  }

  /**
   * Packs a part of the summands of some rows of a block. Nothing beside its place in the array is
   * written: other tasks fill that at the same time.
   *
   * @param a first value, of the first row and summand
   * @param aRow bytes from one row to the next
   * @param aStep bytes from one summand to the next
   * @param rows at most a block of rows
   * @param k summands of a whole row
   * @param from first summand to pack, {@code count} their number
   * @param tileRows rows of a group at most
   * @param start index of the block's first value
   */
  static void pack(
      long a,
      long aRow,
      long aStep,
      int rows,
      int k,
      int from,
      int count,
      int tileRows,
      float[] target,
      int start) {
    // Of columns a vector is stored for each summand, its surplus lanes over those that come next.
    // The last summands go through a room of their own: what follows them belongs to other tasks.
    float[] room = WIDE && aRow == Float.BYTES ? new float[(Tiles.ROWS + 1) * VECTOR] : null;
    for (int i = 0; i < rows; ) {
      int step = Tiles.nextRows(rows - i, tileRows);
      long source = a + i * aRow + from * aStep;
      int at = start + i * k + step * from;
      int whole = WIDE ? count - count % VECTOR : 0;
      if (step == 1 && aStep == Float.BYTES) {
        MemorySegment.copy(ALL, FLOAT, source, target, at, count);
        whole = count;
      } else if (aStep == Float.BYTES) {
        InterleaveKernels.interleave(step, source, aRow, whole, target, at);
      } else if (WIDE && aRow == Float.BYTES) {
        whole = count;
        int most = Math.max(0, count - VECTOR);
        copyColumns(source, aStep, most, step, target, at);
        copyColumns(source + most * aStep, aStep, count - most, step, room, 0);
        System.arraycopy(room, 0, target, at + step * most, step * (count - most));
      } else {
        whole = 0;
      }
      for (int s = whole; s < count; s++) {
        for (int r = 0; r < step; r++) {
          target[at + step * s + r] = getFloat(source + r * aRow + s * aStep);
        }
      }
      i += step;
    }
  }

  /** For rows that are columns as stored: a vector at a time, the next one over its surplus. */
  private static void copyColumns(
      long source, long aStep, int count, int rows, float[] target, int at) {
    VectorMask<Float> wanted = Lanes.S.indexInRange(0, rows);
    for (int s = 0; s < count; s++) {
      FloatVector.fromMemorySegment(Lanes.S, ALL, source + s * aStep, LITTLE, wanted)
          .intoArray(target, at + rows * s);
    }
  }
}
