package dev.kernite.test.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kernite.kernels.Backend;
import dev.kernite.kernels.Memory;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Arrays in a device's memory for kernels under test, each between two guard zones. Closing checks
 * that no guard was written, so use it in try-with-resources. New outputs hold NaNs: a value that a
 * kernel forgets to write is seen.
 */
final class DeviceArrays implements AutoCloseable {
  private static final int GUARD_BYTES = 256;
  private static final byte GUARD = (byte) 0xA5;
  private static final int POISON = 0x7fa0_beef;

  private final Memory memory;
  private final int shift;
  private final List<Array> arrays = new ArrayList<>();

  /**
   * Arrays at addresses {@code shift} values past a multiple of 64, as slices of tensors may be.
   *
   * @param shift float32 values, 0 to 15
   */
  DeviceArrays(Backend backend, int shift) {
    this.memory = backend.memory();
    this.shift = Float.BYTES * shift;
  }

  /** A guarded array. */
  final class Array {
    private final Memory.Buffer buffer;
    private final long bytes;

    private Array(long bytes) {
      this.bytes = bytes;
      buffer = memory.allocate(GUARD_BYTES + shift + bytes + GUARD_BYTES);
      byte[] guard = new byte[GUARD_BYTES + shift];
      Arrays.fill(guard, GUARD);
      memory.copyIn(MemorySegment.ofArray(guard), buffer.address());
      memory.copyIn(MemorySegment.ofArray(guard).asSlice(0, GUARD_BYTES), address() + bytes);
    }

    /** Where it starts. */
    long address() {
      return buffer.address() + GUARD_BYTES + shift;
    }

    /** All values as float32. */
    float[] floats() {
      float[] values = new float[(int) (bytes / Float.BYTES)];
      memory.copyOut(address(), MemorySegment.ofArray(values));
      return values;
    }

    /** The bit patterns of all values: for comparisons that tell NaNs and zeros apart. */
    int[] bits() {
      int[] values = new int[(int) (bytes / Integer.BYTES)];
      memory.copyOut(address(), MemorySegment.ofArray(values));
      return values;
    }

    private void check(long from, int length, String where) {
      byte[] zone = new byte[length];
      memory.copyOut(from, MemorySegment.ofArray(zone));
      for (int i = 0; i < length; i++) {
        assertEquals(GUARD, zone[i], "a byte " + where + " an array was written, " + i + " in");
      }
    }
  }

  /** An array of that many bytes, contents undefined. */
  Array bytes(long bytes) {
    Array array = new Array(bytes);
    arrays.add(array);
    return array;
  }

  private Array filled(MemorySegment content) {
    Array array = bytes(content.byteSize());
    memory.copyIn(content, array.address());
    return array;
  }

  /** A copy of these values. */
  Array of(float... values) {
    return filled(MemorySegment.ofArray(values));
  }

  /** A copy of these values. */
  Array of(int... values) {
    return filled(MemorySegment.ofArray(values));
  }

  /** A copy of these values. */
  Array of(byte... values) {
    return filled(MemorySegment.ofArray(values));
  }

  /** A copy of these values. */
  Array of(short... values) {
    return filled(MemorySegment.ofArray(values));
  }

  /** An output of n 32-bit values, poisoned. */
  Array out(long n) {
    int[] poison = new int[(int) n];
    Arrays.fill(poison, POISON);
    return of(poison);
  }

  /** Checks that nothing was written beside the arrays, and releases them. */
  @Override
  public void close() {
    for (Array array : arrays) {
      array.check(array.buffer.address(), GUARD_BYTES + shift, "before");
      array.check(array.address() + array.bytes, GUARD_BYTES, "after");
      memory.release(array.buffer);
    }
  }
}
