package dev.kernite.kernels.cpu;

import dev.kernite.kernels.Memory.Buffer;

/** Several places in one piece of scratch; a vector behind each belongs to it. */
final class Rooms implements AutoCloseable {
  private static final long ALIGNMENT = 64;

  private final HostMemory memory;
  private final Buffer buffer;
  private final long[] addresses;

  /**
   * Takes scratch.
   *
   * @param floats of each place, in float32 values
   */
  Rooms(HostMemory memory, long... floats) {
    this.memory = memory;
    addresses = new long[floats.length];
    long bytes = 0;
    for (int i = 0; i < floats.length; i++) {
      addresses[i] = bytes;
      bytes += Math.ceilDiv(Float.BYTES * floats[i], ALIGNMENT) * ALIGNMENT + ALIGNMENT;
    }
    buffer = memory.allocate(bytes);
  }

  /** Address of a place. */
  long at(int place) {
    return buffer.address() + addresses[place];
  }

  @Override
  public void close() {
    memory.release(buffer);
  }
}
