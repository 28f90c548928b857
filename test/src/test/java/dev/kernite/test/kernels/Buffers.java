package dev.kernite.test.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Native arrays for kernels under test, each between two guard zones. Closing checks that no guard
 * was written, so use it in try-with-resources. New outputs hold signalling NaNs: a value that a
 * kernel forgets to write is seen.
 */
final class Buffers implements AutoCloseable {
  private static final long GUARD_BYTES = 512;
  private static final byte GUARD = (byte) 0xA5;
  private static final int POISON = 0x7fa0_beef;
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED;

  private final Arena arena = Arena.ofConfined();
  private final List<Array> arrays = new ArrayList<>();
  private final long shift;

  /** Arrays at addresses that are multiples of 64. */
  Buffers() {
    this(0);
  }

  /**
   * Arrays at addresses {@code shift} values past a multiple of 64, as slices of tensors may be.
   *
   * @param shift float32 values, 0 to 15
   */
  Buffers(int shift) {
    this.shift = 4L * shift;
  }

  /** A guarded array. */
  static final class Array {
    private final MemorySegment whole;
    private final MemorySegment data;

    private Array(MemorySegment whole, MemorySegment data) {
      this.whole = whole;
      this.data = data;
    }

    /** Where it starts. */
    long address() {
      return data.address();
    }

    /** All values as float32. */
    float[] floats() {
      float[] values = new float[(int) (data.byteSize() / 4)];
      MemorySegment.copy(data, FLOAT, 0, values, 0, values.length);
      return values;
    }

    /** The bit patterns of all values: for comparisons that tell NaNs and zeros apart. */
    int[] bits() {
      int[] values = new int[(int) (data.byteSize() / 4)];
      MemorySegment.copy(data, INT, 0, values, 0, values.length);
      return values;
    }

    /** All values as float64. */
    double[] doubles() {
      double[] values = new double[(int) (data.byteSize() / 8)];
      MemorySegment.copy(data, DOUBLE, 0, values, 0, values.length);
      return values;
    }

    /** All bytes. */
    byte[] raw() {
      return data.toArray(ValueLayout.JAVA_BYTE);
    }

    /** Overwrites the first values. */
    void set(float... values) {
      MemorySegment.copy(values, 0, data, FLOAT, 0, values.length);
    }
  }

  /** A copy of these values. */
  Array of(float... values) {
    Array array = bytes(4L * values.length);
    MemorySegment.copy(values, 0, array.data, FLOAT, 0, values.length);
    return array;
  }

  /** A copy of these values. */
  Array of(int... values) {
    Array array = bytes(4L * values.length);
    MemorySegment.copy(values, 0, array.data, INT, 0, values.length);
    return array;
  }

  /** A copy of these values. */
  Array of(byte... values) {
    Array array = bytes(values.length);
    MemorySegment.copy(values, 0, array.data, ValueLayout.JAVA_BYTE, 0, values.length);
    return array;
  }

  /** An output of n 32-bit values, poisoned. */
  Array out(long n) {
    Array array = bytes(4 * n);
    for (long i = 0; i < n; i++) {
      array.data.setAtIndex(INT, i, POISON);
    }
    return array;
  }

  /** Uninitialised bytes. */
  Array bytes(long bytes) {
    MemorySegment whole = arena.allocate(GUARD_BYTES + shift + bytes + GUARD_BYTES, 64);
    whole.fill(GUARD);
    Array array = new Array(whole, whole.asSlice(GUARD_BYTES + shift, bytes));
    arrays.add(array);
    return array;
  }

  /** Checks that nothing was written beside the arrays. */
  @Override
  public void close() {
    for (Array array : arrays) {
      long start = array.data.address() - array.whole.address();
      check(array.whole.asSlice(0, start), "before");
      check(array.whole.asSlice(start + array.data.byteSize()), "after");
    }
    arena.close();
  }

  private static void check(MemorySegment zone, String where) {
    for (long i = 0; i < zone.byteSize(); i++) {
      byte found = zone.get(ValueLayout.JAVA_BYTE, i);
      assertEquals(GUARD, found, "a byte " + where + " an array was written, " + i + " bytes in");
    }
  }
}
