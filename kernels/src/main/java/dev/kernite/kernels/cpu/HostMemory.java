package dev.kernite.kernels.cpu;

import dev.kernite.kernels.KernelException;
import dev.kernite.kernels.Memory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Pooled host memory. Sizes are rounded up to a size class (at most a quarter more), and a freed
 * buffer serves the next request of its class. Classes up to {@link #LARGEST_SLOT} are cut from
 * slabs; each larger buffer is a block of its own. Every slab and block has its own arena, so that
 * idle ones can be given back one by one.
 */
final class HostMemory implements Memory, AutoCloseable {
  private static final long ALIGNMENT = 64;
  private static final long SLAB_BYTES = 1 << 20;
  private static final long LARGEST_SLOT = SLAB_BYTES / 16;
  private static final int POISON = 0x7fa0_0000; // a signalling NaN

  private final long limit;
  private final boolean poison;
  private final TreeMap<Long, Block> blocks = new TreeMap<>(); // by address, slabs included
  private final Map<Long, ArrayDeque<Block>> idle = new HashMap<>(); // by class, with room
  private long bytesInUse;
  private long bytesReserved;
  private boolean closed;

  /**
   * Opens an empty pool.
   *
   * @param limit most bytes to hold from the system
   * @param poison fill buffers with signalling NaNs on allocation and release
   */
  HostMemory(long limit, boolean poison) {
    this.limit = limit;
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
    if (bytes < 0) {
      throw new KernelException("cannot allocate " + bytes + " bytes");
    }
    long size = sizeClass(bytes);
    long address;
    synchronized (this) {
      if (closed) {
        throw new KernelException("the cpu backend has been closed");
      }
      ArrayDeque<Block> withRoom = idle.computeIfAbsent(size, _ -> new ArrayDeque<>());
      Block block = withRoom.peekLast();
      if (block == null) {
        block = reserve(size, bytes);
        withRoom.addLast(block);
      }
      address = block.take();
      if (block.full()) {
        withRoom.removeLast();
      }
      bytesInUse += bytes;
    }
    if (poison) {
      fillPoison(address, size);
    }
    return new Buffer(address, bytes, true);
  }

  @Override
  public void release(Buffer buffer) {
    if (!buffer.owned()) {
      return;
    }
    if (poison) {
      // Poisoned before the pool can hand the bytes to another thread.
      synchronized (this) {
        blockOf(buffer);
      }
      fillPoison(buffer.address(), sizeClass(buffer.bytes()));
    }
    synchronized (this) {
      Block block = blockOf(buffer);
      if (block.full()) {
        idle.get(block.slotBytes).addLast(block);
      }
      block.giveBack(buffer.address());
      bytesInUse -= buffer.bytes();
    }
  }

  private Block blockOf(Buffer buffer) {
    var entry = blocks.floorEntry(buffer.address());
    if (entry == null || !entry.getValue().holds(buffer.address(), sizeClass(buffer.bytes()))) {
      throw new KernelException(
          "buffer at 0x%x (%d bytes) was released twice or is not of this memory"
              .formatted(buffer.address(), buffer.bytes()));
    }
    return entry.getValue();
  }

  /** Rounds up to a multiple of 64 with at most three significant bits: four classes an octave. */
  private static long sizeClass(long bytes) {
    if (bytes <= 4 * ALIGNMENT) {
      return Math.max(ALIGNMENT, (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    }
    long step = Math.max(ALIGNMENT, Long.highestOneBit(bytes - 1) >>> 2);
    long rounded = (bytes + step - 1) / step * step;
    return rounded < 0 ? bytes : rounded; // absurd sizes are refused later, by the limit
  }

  private Block reserve(long size, long asked) {
    long bytes = size <= LARGEST_SLOT ? SLAB_BYTES : size;
    if (bytes > limit - bytesReserved) {
      trim();
    }
    if (bytes > limit - bytesReserved) {
      throw outOfMemory(asked, "");
    }
    Arena arena = Arena.ofShared();
    MemorySegment segment;
    try {
      segment = SystemPages.allocate(bytes, arena);
    } catch (OutOfMemoryError | IllegalArgumentException e) {
      arena.close();
      throw outOfMemory(asked, ", and the system refused (" + e.getMessage() + ")");
    }
    Block block = new Block(arena, segment.address(), bytes, size);
    blocks.put(block.address, block);
    bytesReserved += bytes;
    return block;
  }

  private KernelException outOfMemory(long asked, String cause) {
    return new KernelException(
        "out of host memory: asked for %s with %s in use and %s held of a limit of %s%s; use a smaller batch, sequence or model, or raise the memory limit"
            .formatted(human(asked), human(bytesInUse), human(bytesReserved), human(limit), cause));
  }

  private static String human(long bytes) {
    if (bytes < 1 << 20) {
      return bytes + " bytes";
    }
    return bytes < 1 << 30
        ? String.format(Locale.ROOT, "%.1f MiB", bytes / 0x1p20)
        : String.format(Locale.ROOT, "%.2f GiB", bytes / 0x1p30);
  }

  private static void fillPoison(long address, long bytes) {
    for (long i = 0; i < bytes; i += Integer.BYTES) {
      RawMemory.putInt(address + i, POISON);
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
    MemorySegment.copy(source, 0, RawMemory.ALL, target, source.byteSize());
  }

  @Override
  public void copyOut(long source, MemorySegment target) {
    MemorySegment.copy(RawMemory.ALL, source, target, 0, target.byteSize());
  }

  @Override
  public Buffer adopt(MemorySegment host) {
    if (!host.isNative()) {
      throw new KernelException("only native segments can be adopted; copy the array in instead");
    }
    return new Buffer(host.address(), host.byteSize(), false);
  }

  @Override
  public synchronized long bytesInUse() {
    return bytesInUse;
  }

  @Override
  public synchronized long bytesReserved() {
    return bytesReserved;
  }

  @Override
  public long bytesLimit() {
    return limit;
  }

  @Override
  public synchronized void trim() {
    for (ArrayDeque<Block> withRoom : idle.values()) {
      withRoom.removeIf(
          block -> {
            if (!block.unused()) {
              return false;
            }
            blocks.remove(block.address);
            bytesReserved -= block.bytes;
            block.arena.close();
            return true;
          });
    }
  }

  /** Gives everything back; buffers still in use become invalid. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    List<Block> all = new ArrayList<>(blocks.values());
    blocks.clear();
    idle.clear();
    bytesReserved = 0;
    bytesInUse = 0;
    all.forEach(block -> block.arena.close());
  }

  /** One piece of system memory, cut into equal slots; a large buffer is a block of one slot. */
  private static final class Block {
    final Arena arena;
    final long address;
    final long bytes;
    final long slotBytes;
    private final boolean[] taken;
    private final int[] free; // a stack of slot numbers
    private int freeSlots;

    Block(Arena arena, long address, long bytes, long slotBytes) {
      this.arena = arena;
      this.address = address;
      this.bytes = bytes;
      this.slotBytes = slotBytes;
      int slots = Math.toIntExact(bytes / slotBytes);
      taken = new boolean[slots];
      free = new int[slots];
      freeSlots = slots;
      for (int i = 0; i < slots; i++) {
        free[i] = slots - 1 - i; // lowest address first
      }
    }

    long take() {
      int slot = free[--freeSlots];
      taken[slot] = true;
      return address + slot * slotBytes;
    }

    void giveBack(long at) {
      int slot = (int) ((at - address) / slotBytes);
      taken[slot] = false;
      free[freeSlots++] = slot;
    }

    boolean holds(long at, long size) {
      long offset = at - address;
      return size == slotBytes
          && offset < taken.length * slotBytes
          && offset % slotBytes == 0
          && taken[(int) (offset / slotBytes)];
    }

    boolean full() {
      return freeSlots == 0;
    }

    boolean unused() {
      return freeSlots == taken.length;
    }
  }
}
