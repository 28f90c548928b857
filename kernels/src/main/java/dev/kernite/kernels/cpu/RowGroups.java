package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.ALL;
import static dev.kernite.kernels.cpu.RawMemory.FLOAT;
import static dev.kernite.kernels.cpu.RawMemory.LITTLE;
import static dev.kernite.kernels.cpu.RawMemory.getFloat;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Rows of A as the panel kernels like them: in a Java array, group by group, the rows of a group
 * interleaved. A group's value a[r, s] is at {@code start + rows * s + r}; its rows are {@link
 * Tiles#nextRows}, counted from the first row of a block, and it starts k values a row after that.
 */
final class RowGroups {
  private static final int BLOCK = 16;
  private static final boolean WIDE = Lanes.LANES == BLOCK;

  /** Values after the last that may be overwritten. */
  static final int SLACK = BLOCK;

  private static final ThreadLocal<float[]> ARRAYS = ThreadLocal.withInitial(() -> new float[0]);

  private RowGroups() {}

  /** This thread's array, with room for this many values and {@link #SLACK}; contents undefined. */
  static float[] array(int values) {
    float[] array = ARRAYS.get();
    if (array.length < values + SLACK) {
      array = new float[values + SLACK];
      ARRAYS.set(array);
    }
    return array;
  }

  /**
   * Packs a part of the summands of some rows.
   *
   * @param a first value, of the first row and summand
   * @param aRow bytes from one row to the next
   * @param aStep bytes from one summand to the next
   * @param rows at most a block of rows
   * @param k summands of a whole row
   * @param from first summand to pack, {@code count} their number
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
      float[] target,
      int start) {
    float[] room = WIDE ? new float[Tiles.ROWS * BLOCK + SLACK] : null;
    for (int i = 0; i < rows; ) {
      int step = Tiles.nextRows(rows - i);
      long source = a + i * aRow + from * aStep;
      int at = start + i * k + step * from;
      int whole = WIDE ? count - count % BLOCK : 0;
      if (step == 1 && aStep == Float.BYTES) {
        MemorySegment.copy(ALL, FLOAT, source, target, at, count);
        whole = count;
      } else if (aStep == Float.BYTES) {
        for (int s = 0; s + BLOCK < whole; s += BLOCK) {
          TransposeKernels.interleave(step, source + 4L * s, aRow, target, at + step * s);
        }
        if (whole > 0) { // what follows the last values belongs to other tasks
          int last = whole - BLOCK;
          TransposeKernels.interleave(step, source + 4L * last, aRow, room, 0);
          System.arraycopy(room, 0, target, at + step * last, step * BLOCK);
        }
      } else if (WIDE && aRow == Float.BYTES) {
        whole = count;
        int most = Math.max(0, count - BLOCK);
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
