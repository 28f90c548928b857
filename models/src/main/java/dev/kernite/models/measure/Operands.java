package dev.kernite.models.measure;

import dev.kernite.kernels.Backend;
import dev.kernite.kernels.Memory.Buffer;
import dev.kernite.models.ModelException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The arrays that one workload reads and writes, on its device. */
final class Operands implements AutoCloseable {
  private final Backend backend;
  private final List<Buffer> buffers = new ArrayList<>();
  private final List<Buffer> outputs = new ArrayList<>();

  Operands(Backend backend) {
    this.backend = backend;
  }

  /** An array of standard normal values; its address. */
  long normal(long values) {
    Buffer buffer = allocate(values);
    long seed = buffers.size(); // another stream for each operand
    backend.random().normal(buffer.address(), values, 0, 1, seed, 0);
    return buffer.address();
  }

  /**
   * An array of standard normal values cut to the 8 significant bits of bfloat16, so that narrower
   * types hold the same values.
   *
   * @param rows rows of it, cut one by one
   */
  long shortNormal(long rows, int cols) {
    long address = normal(rows * cols);
    for (long row = 0; row < rows; row++) {
      float[] values = read(address, row * cols, cols);
      for (int i = 0; i < cols; i++) {
        values[i] = Float.intBitsToFloat(Float.floatToRawIntBits(values[i]) & 0xffff_0000);
      }
      long target = address + row * cols * Float.BYTES;
      backend.memory().copyIn(MemorySegment.ofArray(values), target);
    }
    return address;
  }

  /** Memory for anything. */
  long bytes(long bytes) {
    Buffer buffer = backend.memory().allocate(bytes);
    buffers.add(buffer);
    return buffer.address();
  }

  /** An array of indices. */
  long indices(int[] values) {
    Buffer buffer = allocate(values.length);
    backend.memory().copyIn(MemorySegment.ofArray(values), buffer.address());
    return buffer.address();
  }

  /** An array to be written. */
  long output(long values) {
    Buffer buffer = allocate(values);
    outputs.add(buffer);
    return buffer.address();
  }

  private Buffer allocate(long values) {
    Buffer buffer = backend.memory().allocate(values * Float.BYTES);
    buffers.add(buffer);
    return buffer;
  }

  /** Fills what is to be written with NaN. */
  void spoil() {
    for (Buffer output : outputs) {
      backend.elementwise().fill(output.address(), output.bytes() / Float.BYTES, Float.NaN);
    }
  }

  /** Values {@code from .. from + n - 1} of an array. */
  float[] read(long address, long from, int n) {
    float[] values = new float[n];
    backend.memory().copyOut(address + from * Float.BYTES, MemorySegment.ofArray(values));
    return values;
  }

  /** The same in float64. */
  double[] readDoubles(long address, long from, int n) {
    float[] values = read(address, from, n);
    double[] wide = new double[n];
    Arrays.setAll(wide, i -> values[i]);
    return wide;
  }

  /**
   * Fails unless two values agree. NaN agrees with nothing.
   *
   * @param where what the value is, for the message
   */
  static void requireClose(String where, double actual, double expected, double tolerance) {
    if (!(Math.abs(actual - expected) <= tolerance)) {
      throw new ModelException(
          "%s is %g, float64 gives %g and %g of difference is allowed: a wrong result is not timed"
              .formatted(where, actual, expected, tolerance));
    }
  }

  @Override
  public void close() {
    buffers.forEach(backend.memory()::release);
    buffers.clear();
    outputs.clear();
  }
}
