package dev.kernite.kernels.cuda.driver;

import dev.kernite.kernels.KernelException;
import dev.kernite.kernels.Memory;
import java.util.HashMap;
import java.util.Map;

/**
 * Temporary device memory of launchers. It is ordered with the stream: released right after the
 * last launch that uses it, it serves the next request while that kernel may still be running,
 * since whatever is launched next runs after it.
 */
public final class Scratch {
  private final Memory memory;
  private final Map<Long, Memory.Buffer> lent = new HashMap<>();

  /** Scratch from a device's memory. */
  public Scratch(Memory memory) {
    this.memory = memory;
  }

  /**
   * Lends memory, contents undefined, at least 64-byte aligned.
   *
   * @param n bytes
   * @return its address, to be {@link #release released} once
   */
  public long bytes(long n) {
    Memory.Buffer buffer = memory.allocate(n);
    lent.put(buffer.address(), buffer);
    return buffer.address();
  }

  /** Takes back what {@link #bytes} lent; 0 does nothing. */
  public void release(long address) {
    if (address == 0) {
      return;
    }
    Memory.Buffer buffer = lent.remove(address);
    if (buffer == null) {
      throw new KernelException(
          "scratch at 0x%x was released twice or never lent".formatted(address));
    }
    memory.release(buffer);
  }
}
