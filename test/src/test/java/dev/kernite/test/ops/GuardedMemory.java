package dev.kernite.test.ops;

import dev.kernite.kernels.Memory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Memory with a guard zone before and after every buffer, checked when the buffer is released and
 * whenever asked. The contents start as signalling NaNs, so a result that a kernel forgot to write
 * is seen.
 */
final class GuardedMemory implements Memory {
  private static final long ZONE_BYTES = 256; // keeps the alignment of 64
  private static final byte GUARD = (byte) 0xA5;
  private static final int POISON = 0x7fa0_beef;

  private final Memory memory;
  private final Map<Long, Buffer> whole = new ConcurrentHashMap<>();

  GuardedMemory(Memory memory) {
    this.memory = memory;
  }

  @Override
  public Buffer allocate(long bytes) {
    Buffer outer = memory.allocate(bytes + 2 * ZONE_BYTES);
    MemorySegment host = MemorySegment.ofArray(new byte[Math.toIntExact(outer.bytes())]);
    host.fill(GUARD);
    for (long i = 0; i + 4 <= bytes; i += 4) {
      host.set(ValueLayout.JAVA_INT_UNALIGNED, ZONE_BYTES + i, POISON);
    }
    memory.copyIn(host, outer.address());
    Buffer inner = new Buffer(outer.address() + ZONE_BYTES, bytes, true);
    whole.put(inner.address(), outer);
    return inner;
  }

  @Override
  public void release(Buffer buffer) {
    Buffer outer = whole.remove(buffer.address());
    if (outer == null) { // adopted
      memory.release(buffer);
      return;
    }
    String damage = damage(outer);
    memory.release(outer);
    if (!damage.isEmpty()) {
      throw new AssertionError(damage);
    }
  }

  /** Fails if anything was written beside a buffer that is still in use. */
  void check() {
    for (Buffer outer : whole.values()) {
      String damage = damage(outer);
      if (!damage.isEmpty()) {
        throw new AssertionError(damage);
      }
    }
  }

  private String damage(Buffer outer) {
    byte[] bytes = new byte[Math.toIntExact(outer.bytes())];
    memory.copyOut(outer.address(), MemorySegment.ofArray(bytes));
    long size = outer.bytes() - 2 * ZONE_BYTES;
    for (int i = 0; i < bytes.length; i++) {
      boolean inside = i >= ZONE_BYTES && i < ZONE_BYTES + size;
      if (!inside && bytes[i] != GUARD) {
        return "a kernel wrote at byte %d of a buffer of %d bytes".formatted(i - ZONE_BYTES, size);
      }
    }
    return "";
  }

  @Override
  public void zero(long address, long bytes) {
    memory.zero(address, bytes);
  }

  @Override
  public void copy(long source, long target, long bytes) {
    memory.copy(source, target, bytes);
  }

  @Override
  public void copyIn(MemorySegment source, long target) {
    memory.copyIn(source, target);
  }

  @Override
  public void copyOut(long source, MemorySegment target) {
    memory.copyOut(source, target);
  }

  @Override
  public void synchronize() {
    memory.synchronize();
  }

  @Override
  public Buffer adopt(MemorySegment host) {
    return memory.adopt(host);
  }

  @Override
  public long bytesInUse() {
    return whole.values().stream().mapToLong(b -> b.bytes() - 2 * ZONE_BYTES).sum();
  }

  @Override
  public long bytesReserved() {
    return memory.bytesReserved();
  }

  @Override
  public long bytesLimit() {
    return memory.bytesLimit();
  }

  @Override
  public void trim() {
    memory.trim();
  }
}
