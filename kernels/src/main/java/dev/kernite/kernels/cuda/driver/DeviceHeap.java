package dev.kernite.kernels.cuda.driver;

import dev.kernite.kernels.KernelException;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;

/**
 * Device memory from the driver's asynchronous allocator. Requests go through a stream of their own
 * that is waited for, so that they are no part of a graph that is being recorded. Callers keep a
 * pool on top: these calls are for growing and shrinking it.
 */
public final class DeviceHeap {
  private final Context context;
  private final CUstream stream = new CUstream();
  private final Map<Long, Block> blocks = new HashMap<>();

  DeviceHeap(Context context) {
    this.context = context;
    int status = JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING);
    context.faults().check(status, "cuStreamCreate");
  }

  /**
   * Allocates memory, 256-byte aligned, contents undefined.
   *
   * @param bytes more than 0
   * @return its address, or nothing if the device has not that much left
   */
  public OptionalLong allocate(long bytes) {
    context.requireSubmitter();
    Block block = new Block();
    int status = JCudaDriver.cuMemAllocAsync(block, bytes, stream);
    if (status == Faults.SUCCESS) {
      status = JCudaDriver.cuStreamSynchronize(stream);
    }
    if (status == Faults.OUT_OF_MEMORY) {
      return OptionalLong.empty();
    }
    context.faults().check(status, "cuMemAllocAsync of " + bytes + " bytes");
    blocks.put(block.address(), block);
    return OptionalLong.of(block.address());
  }

  /** Frees what {@link #allocate} gave, once the work submitted so far is done with it. */
  public void free(long address) {
    context.requireSubmitter();
    if (context.stream().recording()) {
      throw new KernelException("cannot free device memory while a graph is being recorded");
    }
    Block block = blocks.remove(address);
    if (block == null) {
      throw new KernelException("no memory at 0x%x to free".formatted(address));
    }
    context.stream().synchronize();
    context.faults().check(JCudaDriver.cuMemFreeAsync(block, stream), "cuMemFreeAsync");
    context.faults().check(JCudaDriver.cuStreamSynchronize(stream), "cuStreamSynchronize");
  }

  /** Bytes that the device has free at this moment. */
  public long freeBytes() {
    context.requireSubmitter();
    long[] free = new long[1];
    long[] total = new long[1];
    context.faults().check(JCudaDriver.cuMemGetInfo(free, total), "cuMemGetInfo");
    return free[0];
  }

  /** Frees everything that is left; the context must be current. */
  void close() {
    blocks.values().forEach(block -> JCudaDriver.cuMemFreeAsync(block, stream));
    blocks.clear();
    JCudaDriver.cuStreamSynchronize(stream);
    JCudaDriver.cuStreamDestroy(stream);
  }

  /** JCuda's address, whose value only a subclass sees. */
  private static final class Block extends CUdeviceptr {
    long address() {
      return getNativePointer();
    }
  }
}
