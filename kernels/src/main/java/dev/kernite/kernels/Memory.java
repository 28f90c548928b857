package dev.kernite.kernels;

import java.lang.foreign.MemorySegment;

/**
 * Memory of one device. Freed buffers return to a pool, so a loop that allocates the same sizes
 * again and again asks the system for memory only once.
 */
public interface Memory {
  /**
   * Allocates a buffer, 64-byte aligned, contents undefined.
   *
   * @param bytes size, 0 or more
   * @return the buffer, owned by the caller until {@link #release}
   * @throws KernelException when memory runs out; the message says what was asked and what is in
   *     use
   */
  Buffer allocate(long bytes);

  /**
   * Returns a buffer to the pool. Each buffer is released exactly once.
   *
   * @param buffer a buffer of this memory
   */
  void release(Buffer buffer);

  /** Fills {@code bytes} bytes at {@code address} with zero. */
  void zero(long address, long bytes);

  /** Copies {@code bytes} bytes within the device; the ranges do not overlap. */
  void copy(long source, long target, long bytes);

  /** Copies {@code source} from the host to {@code target} on the device. */
  void copyIn(MemorySegment source, long target);

  /** Copies from {@code source} on the device into {@code target} on the host, all of it. */
  void copyOut(long source, MemorySegment target);

  /**
   * Waits until the device has done all work submitted so far. A copy to the host waits by itself;
   * this is for measuring time.
   *
   * @throws KernelException if the work failed
   */
  void synchronize();

  /**
   * Makes host memory usable by kernels: in place where the device can read it, else as a copy.
   *
   * @param host native segment that outlives the buffer
   * @return a buffer over the same bytes, or with a copy of them; releasing it does not free {@code
   *     host}
   */
  Buffer adopt(MemorySegment host);

  /** Bytes in buffers that are allocated and not released. */
  long bytesInUse();

  /** Bytes held from the system, in use or pooled. */
  long bytesReserved();

  /** Most bytes this memory may hold: the machine's, or the limit it was opened with. */
  long bytesLimit();

  /** Gives pooled buffers back to the system. */
  void trim();

  /**
   * A range of device memory.
   *
   * @param address where it starts
   * @param bytes usable size
   * @param owned whether releasing it frees the bytes; false where host memory is used in place
   */
  record Buffer(long address, long bytes, boolean owned) {}
}
