package dev.kernite.kernels.cuda.driver;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import jcuda.Pointer;
import jcuda.driver.JCudaDriver;

/**
 * Copies between host and device, and within the device. What the host gives or takes goes in
 * slices through two pinned buffers: while the device copies one, the host fills or empties the
 * other. So any segment will do, on the heap, mapped from a file, or longer than 2 GiB.
 */
public final class Transfers {
  private static final long SLICE_BYTES = 4 << 20;

  private final Context context;
  private Slice[] slices; // made when first needed
  private int turn;

  Transfers(Context context) {
    this.context = context;
  }

  /** Fills with zeros. */
  public void zero(long address, long bytes) {
    if (bytes == 0) {
      return;
    }
    context.requireSubmitter();
    int status = DriverCalls.zero(address, bytes, context.stream().handle());
    context.faults().check(status, "cuMemsetD8Async");
  }

  /** Copies within the device; the ranges do not overlap. */
  public void copy(long source, long target, long bytes) {
    if (bytes == 0) {
      return;
    }
    context.requireSubmitter();
    int status = DriverCalls.copy(target, source, bytes, context.stream().handle());
    context.faults().check(status, "cuMemcpyDtoDAsync");
  }

  /** Copies to the device. The source may change when this returns. */
  public void copyIn(MemorySegment source, long target) {
    begin("copy to the device");
    long bytes = source.byteSize();
    for (long done = 0; done < bytes; done += SLICE_BYTES) {
      long length = Math.min(SLICE_BYTES, bytes - done);
      Slice slice = nextSlice();
      copy(source, done, slice.memory, 0, length);
      int status =
          DriverCalls.copyIn(
              target + done, slice.memory.address(), length, context.stream().handle());
      context.faults().check(status, "cuMemcpyHtoDAsync");
      context.stream().record(slice.copied);
    }
  }

  /** With layouts, for without them the JIT has been seen to drop stores: see HostMemory. */
  private static void copy(
      MemorySegment source, long from, MemorySegment target, long to, long bytes) {
    MemorySegment.copy(source, JAVA_BYTE, from, target, JAVA_BYTE, to, bytes);
  }

  /** Copies from the device, once everything submitted before is done. */
  public void copyOut(long source, MemorySegment target) {
    begin("copy from the device");
    long bytes = target.byteSize();
    Slice before = null;
    for (long done = 0; done < bytes; done += SLICE_BYTES) {
      long length = Math.min(SLICE_BYTES, bytes - done);
      Slice slice = nextSlice();
      int status =
          DriverCalls.copyOut(
              slice.memory.address(), source + done, length, context.stream().handle());
      context.faults().check(status, "cuMemcpyDtoHAsync");
      context.stream().record(slice.copied);
      if (before != null) {
        before.unload(target, done - SLICE_BYTES, SLICE_BYTES);
      }
      before = slice;
    }
    if (before != null) {
      long last = (bytes - 1) / SLICE_BYTES * SLICE_BYTES;
      before.unload(target, last, bytes - last);
    }
  }

  private void begin(String what) {
    context.requireSubmitter();
    context.stream().requireNotRecording(what);
    if (slices == null) {
      slices = new Slice[] {new Slice(), new Slice()};
    }
  }

  /** The slice that was used longer ago, when the device is done with it. */
  private Slice nextSlice() {
    Slice slice = slices[turn ^= 1];
    slice.copied.await();
    return slice;
  }

  void close() {
    if (slices != null) {
      for (Slice slice : slices) {
        slice.copied.close();
        JCudaDriver.cuMemFreeHost(slice.pinned);
      }
    }
  }

  /** A pinned buffer, and the moment from which it is free again. */
  private final class Slice {
    final PinnedPointer pinned = new PinnedPointer();
    final Event copied = Event.marker(context);
    final MemorySegment memory;

    Slice() {
      int status = JCudaDriver.cuMemAllocHost(pinned, SLICE_BYTES);
      context.faults().check(status, "cuMemAllocHost of " + SLICE_BYTES + " bytes");
      memory = pinned.segment();
    }

    void unload(MemorySegment target, long offset, long bytes) {
      copied.await();
      copy(memory, 0, target, offset, bytes);
    }
  }

  /** JCuda's pointer, whose value only a subclass sees. */
  private static final class PinnedPointer extends Pointer {
    @SuppressWarnings("restricted")
    MemorySegment segment() {
      return MemorySegment.ofAddress(getNativePointer()).reinterpret(SLICE_BYTES);
    }
  }
}
