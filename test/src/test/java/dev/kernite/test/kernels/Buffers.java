package dev.kernite.test.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kernite.kernels.Backend;
import dev.kernite.kernels.Memory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Arrays on a device for kernels under test, each between two guard zones. Closing checks that no
 * guard was written, so use it in try-with-resources. New outputs hold signalling NaNs: a value
 * that a kernel forgets to write is seen.
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
  private final Memory memory;
  private final long shift;

  /** Arrays on the CPU. */
  Buffers() {
    this(0);
  }

  /** Arrays on the CPU, at addresses {@code shift} values past a multiple of 64. */
  Buffers(int shift) {
    this(Cpus.scalar(), shift);
  }

  /** Arrays at addresses that are multiples of 64. */
  Buffers(Backend device) {
    this(device, 0);
  }

  /**
   * Arrays at addresses {@code shift} values past a multiple of 64, as slices of tensors may be.
   *
   * @param shift float32 values, 0 to 15
   */
  Buffers(Backend device, int shift) {
    this.memory = device.memory();
    this.shift = 4L * shift;
  }

  /** A guarded array. */
  static final class Array {
    private final Memory memory;
    private final Memory.Buffer buffer;
    private final MemorySegment host; // what is between the guards, as last copied
    private final long start; // of the data, in the buffer

    private Array(Memory memory, MemorySegment whole, long start, long bytes) {
      this.memory = memory;
      this.start = start;
      this.buffer = memory.allocate(whole.byteSize());
      this.host = whole.asSlice(start, bytes);
      memory.copyIn(whole, buffer.address());
    }

    /** Where it starts. */
    long address() {
      return buffer.address() + start;
    }

    private MemorySegment data() {
      memory.copyOut(address(), host);
      return host;
    }

    /** All values as float32. */
    float[] floats() {
      float[] values = new float[(int) (host.byteSize() / 4)];
      MemorySegment.copy(data(), FLOAT, 0, values, 0, values.length);
      return values;
    }

    /** The bit patterns of all values: for comparisons that tell NaNs and zeros apart. */
    int[] bits() {
      int[] values = new int[(int) (host.byteSize() / 4)];
      MemorySegment.copy(data(), INT, 0, values, 0, values.length);
      return values;
    }

    /** All values as float64. */
    double[] doubles() {
      double[] values = new double[(int) (host.byteSize() / 8)];
      MemorySegment.copy(data(), DOUBLE, 0, values, 0, values.length);
      return values;
    }

    /** All bytes. */
    byte[] raw() {
      return data().toArray(ValueLayout.JAVA_BYTE);
    }

    /** Overwrites the first values. */
    void set(float... values) {
      MemorySegment.copy(values, 0, data(), FLOAT, 0, values.length);
      memory.copyIn(host, address());
    }
  }

  /** A copy of these values. */
  Array of(float... values) {
    MemorySegment data = guarded(4L * values.length);
    MemorySegment.copy(values, 0, data, FLOAT, GUARD_BYTES + shift, values.length);
    return array(data, 4L * values.length);
  }

  /** A copy of these values. */
  Array of(int... values) {
    MemorySegment data = guarded(4L * values.length);
    MemorySegment.copy(values, 0, data, INT, GUARD_BYTES + shift, values.length);
    return array(data, 4L * values.length);
  }

  /** A copy of these values. */
  Array of(byte... values) {
    MemorySegment data = guarded(values.length);
    MemorySegment.copy(values, 0, data, ValueLayout.JAVA_BYTE, GUARD_BYTES + shift, values.length);
    return array(data, values.length);
  }

  /** An output of n 32-bit values, poisoned. */
  Array out(long n) {
    MemorySegment data = guarded(4 * n);
    for (long i = 0; i < n; i++) {
      data.set(INT, GUARD_BYTES + shift + 4 * i, POISON);
    }
    return array(data, 4 * n);
  }

  /** Bytes of no particular value. */
  Array bytes(long bytes) {
    return array(guarded(bytes), bytes);
  }

  private MemorySegment guarded(long bytes) {
    MemorySegment whole = arena.allocate(GUARD_BYTES + shift + bytes + GUARD_BYTES, 64);
    return whole.fill(GUARD);
  }

  private Array array(MemorySegment whole, long bytes) {
    Array array = new Array(memory, whole, GUARD_BYTES + shift, bytes);
    arrays.add(array);
    return array;
  }

  /** Checks that nothing was written beside the arrays. */
  @Override
  public void close() {
    for (Array array : arrays) {
      MemorySegment zones = arena.allocate(array.start + GUARD_BYTES);
      MemorySegment before = zones.asSlice(0, array.start);
      MemorySegment after = zones.asSlice(array.start);
      memory.copyOut(array.buffer.address(), before);
      memory.copyOut(array.address() + array.host.byteSize(), after);
      check(before, "before");
      check(after, "after");
      memory.release(array.buffer);
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
