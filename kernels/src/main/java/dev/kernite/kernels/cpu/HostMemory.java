package dev.kernite.kernels.cpu;

import dev.kernite.kernels.KernelException;
import dev.kernite.kernels.Memory;
import dev.kernite.kernels.memory.BufferPool;
import java.lang.foreign.MemorySegment;

/** Pooled host memory. */
final class HostMemory implements Memory, AutoCloseable {
  private static final int POISON = 0x7fa0_0000; // a signalling NaN

  private final BufferPool pool;
  private final boolean poison;

  /**
   * Opens an empty pool.
   *
   * @param limit most bytes to hold from the system
   * @param poison fill buffers with signalling NaNs on allocation and release
   */
  HostMemory(long limit, boolean poison) {
    this.pool = BufferPool.of("host", new Regions(), limit);
    this.poison = poison;
  }

  /** Memory of the machine or of its container, whichever is less. */
  static long physicalBytes() {
    var system = java.lang.management.ManagementFactory.getOperatingSystemMXBean();
    return system instanceof com.sun.management.OperatingSystemMXBean machine
        ? machine.getTotalMemorySize()
        : Long.MAX_VALUE;
  }

  @Override
  public Buffer allocate(long bytes) {
    Buffer buffer = pool.allocate(bytes);
    if (poison) {
      fillPoison(buffer);
    }
    return buffer;
  }

  @Override
  public void release(Buffer buffer) {
    if (!buffer.owned()) {
      return;
    }
    if (poison) {
      // Poisoned before the pool can hand the bytes to another thread.
      pool.requireInUse(buffer);
      fillPoison(buffer);
    }
    pool.release(buffer);
  }

  private void fillPoison(Buffer buffer) {
    long bytes = pool.slotBytes(buffer.bytes());
    for (long i = 0; i < bytes; i += Integer.BYTES) {
      RawMemory.putInt(buffer.address() + i, POISON);
    }
  }

  @Override
  public void zero(long address, long bytes) {
    RawMemory.zero(address, bytes);
  }

  @Override
  public void copy(long source, long target, long bytes) {
    RawMemory.copy(source, target, bytes);
  }

  @Override
  public void copyIn(MemorySegment source, long target) {
    copy(source, 0, RawMemory.ALL, target, source.byteSize());
  }

  @Override
  public void copyOut(long source, MemorySegment target) {
    copy(RawMemory.ALL, source, target, 0, target.byteSize());
  }

  /**
   * As MemorySegment.copy without layouts, which copies less than 64 bytes in a loop of longs: in
   * JDK 25.0.3 the JIT has been seen to drop some of its stores to a Java array, so that 12 floats
   * arrived with two pairs of zeros. With layouts there is one bulk copy whatever the size.
   */
  private static void copy(
      MemorySegment source, long from, MemorySegment target, long to, long bytes) {
    MemorySegment.copy(source, RawMemory.BYTE, from, target, RawMemory.BYTE, to, bytes);
  }

  /** Nothing to wait for: a kernel has done its work when it returns. */
  @Override
  public void synchronize() {}

  @Override
  public Buffer adopt(MemorySegment host) {
    if (!host.isNative()) {
      throw new KernelException("only native segments can be adopted; copy the array in instead");
    }
    return new Buffer(host.address(), host.byteSize(), false);
  }

  @Override
  public long bytesInUse() {
    return pool.bytesInUse();
  }

  @Override
  public long bytesReserved() {
    return pool.bytesReserved();
  }

  @Override
  public long bytesLimit() {
    return pool.limit();
  }

  @Override
  public void trim() {
    pool.trim();
  }

  /** Gives everything back; buffers still in use become invalid. */
  @Override
  public void close() {
    pool.close();
  }
}
