package dev.kernite.kernels.cuda;

import dev.kernite.kernels.KernelException;
import dev.kernite.kernels.Memory;
import dev.kernite.kernels.cuda.driver.Context;
import dev.kernite.kernels.memory.BufferPool;
import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;

/**
 * Pooled device memory. A buffer that is released serves the next request at once, though kernels
 * that use it may still run: whatever the next owner launches runs after them. Addresses are never
 * read on the host.
 */
final class CudaMemory implements Memory {
  private final Context context;
  private final BufferPool pool;
  private GraphMemory recording; // where allocations go while a graph is recorded, else null

  CudaMemory(Context context) {
    this.context = context;
    long limit = context.device().memoryBytes();
    BufferPool.Source source = new Heap();
    pool =
        context.checksAccesses()
            ? BufferPool.exact("device", source, limit)
            : BufferPool.of("device", source, limit);
  }

  @Override
  public Buffer allocate(long bytes) {
    return recording == null ? pool.allocate(bytes) : recording.allocate(bytes);
  }

  @Override
  public void release(Buffer buffer) {
    boolean recorded = recording != null && recording.release(buffer);
    if (buffer.owned() && !recorded) {
      pool.release(buffer);
    }
  }

  /** From now on allocations belong to a graph. */
  GraphMemory beginRecording() {
    if (recording != null) {
      throw new KernelException("a recording is going on; it cannot contain another");
    }
    recording = new GraphMemory(pool);
    return recording;
  }

  /** Allocations are ordinary ones again. */
  void endRecording() {
    recording = null;
  }

  @Override
  public void zero(long address, long bytes) {
    context.transfers().zero(address, bytes);
  }

  @Override
  public void copy(long source, long target, long bytes) {
    context.transfers().copy(source, target, bytes);
  }

  @Override
  public void copyIn(MemorySegment source, long target) {
    context.transfers().copyIn(source, target);
  }

  @Override
  public void copyOut(long source, MemorySegment target) {
    context.transfers().copyOut(source, target);
  }

  @Override
  public void synchronize() {
    context.stream().synchronize();
  }

  /** A copy: kernels read host memory slowly or not at all. */
  @Override
  public Buffer adopt(MemorySegment host) {
    Buffer buffer = allocate(host.byteSize());
    copyIn(host, buffer.address());
    return buffer;
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

  /** The driver's allocator under the pool. */
  private final class Heap implements BufferPool.Source {
    @Override
    public long reserve(long bytes) throws BufferPool.Refused {
      OptionalLong address = context.heap().allocate(bytes);
      if (address.isEmpty()) {
        throw new BufferPool.Refused(
            "the device has " + BufferPool.human(context.heap().freeBytes()) + " free");
      }
      return address.getAsLong();
    }

    @Override
    public void giveBack(long address) {
      context.heap().free(address);
    }
  }
}
