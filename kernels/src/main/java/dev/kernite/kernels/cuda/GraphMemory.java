package dev.kernite.kernels.cuda;

import dev.kernite.kernels.KernelException;
import dev.kernite.kernels.Memory.Buffer;
import dev.kernite.kernels.memory.BufferPool;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * What a recorded graph computes in: buffers that were allocated while it was recorded. Its
 * addresses are part of the graph, so they stay its own until it is freed, although the code that
 * asked for them released them. Within the recording a released buffer serves the next request.
 */
final class GraphMemory {
  private final BufferPool pool;
  private final Map<Long, Buffer> owned = new HashMap<>(); // by address
  private final Map<Long, Deque<Long>> idle = new HashMap<>(); // addresses by size of slot
  private int lent;

  GraphMemory(BufferPool pool) {
    this.pool = pool;
  }

  Buffer allocate(long bytes) {
    Deque<Long> free = idle.get(pool.slotBytes(bytes));
    long address;
    if (free == null || free.isEmpty()) {
      Buffer fresh = pool.allocate(bytes);
      address = fresh.address();
      owned.put(address, fresh);
    } else {
      address = free.pop();
    }
    lent++;
    return new Buffer(address, bytes, true);
  }

  /** Takes a buffer back; false if it is of another time. */
  boolean release(Buffer buffer) {
    if (!owned.containsKey(buffer.address())) {
      return false;
    }
    idle.computeIfAbsent(pool.slotBytes(buffer.bytes()), _ -> new ArrayDeque<>())
        .push(buffer.address());
    lent--;
    return true;
  }

  /** Fails if something would outlive the recording: its next owner would share it. */
  void requireAllReleased() {
    if (lent != 0) {
      throw new KernelException(
          lent + " buffers are in use after the recording that allocated them; release them in it");
    }
  }

  /** Gives back what was released; the rest is its owners' to release. */
  void close() {
    for (Deque<Long> addresses : idle.values()) {
      addresses.forEach(address -> pool.release(owned.get(address)));
    }
    idle.clear();
    owned.clear();
  }
}
