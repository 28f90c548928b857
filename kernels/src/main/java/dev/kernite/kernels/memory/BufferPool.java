package dev.kernite.kernels.memory;

import dev.kernite.kernels.KernelException;
import dev.kernite.kernels.Memory.Buffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Buffers of one memory. Sizes are rounded up to a size class (at most a quarter more), and a freed
 * buffer serves the next request of its class. Classes up to {@link #LARGEST_SLOT} are cut from
 * slabs; each larger buffer is a block of its own. Slabs and blocks come from a {@link Source} one
 * by one, and idle ones go back there one by one.
 */
public final class BufferPool {
  private static final long ALIGNMENT = 64;
  private static final long SLAB_BYTES = 1 << 20;
  private static final long LARGEST_SLOT = SLAB_BYTES / 16;

  private final String kind;
  private final Source source;
  private final long limit;
  private final boolean exact;
  private final TreeMap<Long, Block> blocks = new TreeMap<>(); // by address, slabs included
  private final Map<Long, ArrayDeque<Block>> idle = new HashMap<>(); // by class, with room
  private long bytesInUse;
  private long bytesReserved;
  private boolean closed;

  /** Where a pool's memory comes from. */
  public interface Source {
    /**
     * Reserves memory, 64-byte aligned.
     *
     * @param bytes more than 0
     * @return its address
     * @throws Refused if there is not that much
     */
    long reserve(long bytes) throws Refused;

    /** Takes back what {@link #reserve} gave. */
    void giveBack(long address);
  }

  /** A source has not as much as was asked for; the message says what it knows. */
  public static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    /** With what the source says about it. */
    public Refused(String message) {
      super(message);
    }
  }

  private BufferPool(String kind, Source source, long limit, boolean exact) {
    this.kind = kind;
    this.source = source;
    this.limit = limit;
    this.exact = exact;
  }

  /**
   * An empty pool.
   *
   * @param kind whose memory it is, for messages: {@code host}
   * @param limit most bytes to hold
   */
  public static BufferPool of(String kind, Source source, long limit) {
    return new BufferPool(kind, source, limit, false);
  }

  /**
   * A pool that pools nothing: every buffer is a block of exactly its size, given back when it is
   * released. For sources that check every access against the bounds of their blocks.
   */
  public static BufferPool exact(String kind, Source source, long limit) {
    return new BufferPool(kind, source, limit, true);
  }

  /** As {@link dev.kernite.kernels.Memory#allocate}. */
  public synchronized Buffer allocate(long bytes) {
    if (bytes < 0) {
      throw new KernelException("cannot allocate " + bytes + " bytes");
    }
    if (closed) {
      throw new KernelException("the backend of this " + kind + " memory has been closed");
    }
    long size = slotBytes(bytes);
    ArrayDeque<Block> withRoom = idle.computeIfAbsent(size, _ -> new ArrayDeque<>());
    Block block = withRoom.peekLast();
    if (block == null) {
      block = reserve(size, bytes);
      withRoom.addLast(block);
    }
    long address = block.take();
    if (block.full()) {
      withRoom.removeLast();
    }
    bytesInUse += bytes;
    return new Buffer(address, bytes, true);
  }

  /** Takes a buffer back; each is released once. */
  public synchronized void release(Buffer buffer) {
    Block block = blockOf(buffer);
    if (block.full()) {
      idle.get(block.slotBytes).addLast(block);
    }
    block.giveBack(buffer.address());
    bytesInUse -= buffer.bytes();
    if (exact) {
      trim();
    }
  }

  /** Fails unless the buffer is in use and of this pool. */
  public synchronized void requireInUse(Buffer buffer) {
    blockOf(buffer);
  }

  private Block blockOf(Buffer buffer) {
    var entry = blocks.floorEntry(buffer.address());
    if (entry == null || !entry.getValue().holds(buffer.address(), slotBytes(buffer.bytes()))) {
      throw new KernelException(
          "buffer at 0x%x (%d bytes) was released twice or is not of this memory"
              .formatted(buffer.address(), buffer.bytes()));
    }
    return entry.getValue();
  }

  /** Bytes that a buffer takes. */
  public long slotBytes(long bytes) {
    return exact ? Math.max(1, bytes) : sizeClass(bytes);
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
    long bytes = size <= LARGEST_SLOT && !exact ? SLAB_BYTES : size;
    if (bytes > limit - bytesReserved) {
      trim();
    }
    if (bytes > limit - bytesReserved) {
      throw outOfMemory(asked, "");
    }
    long address;
    try {
      address = source.reserve(bytes);
    } catch (Refused _) {
      trim(); // what lies idle here may be what is missing there
      try {
        address = source.reserve(bytes);
      } catch (Refused e) {
        throw outOfMemory(asked, ", and the system refused (" + e.getMessage() + ")");
      }
    }
    Block block = new Block(address, bytes, size);
    blocks.put(address, block);
    bytesReserved += bytes;
    return block;
  }

  private KernelException outOfMemory(long asked, String cause) {
    return new KernelException(
        "out of %s memory: asked for %s with %s in use and %s held of a limit of %s%s; use a smaller batch, sequence or model, or raise the memory limit"
            .formatted(
                kind, human(asked), human(bytesInUse), human(bytesReserved), human(limit), cause));
  }

  /** A number of bytes for people. */
  public static String human(long bytes) {
    if (bytes < 1 << 20) {
      return bytes + " bytes";
    }
    return bytes < 1 << 30
        ? String.format(Locale.ROOT, "%.1f MiB", bytes / 0x1p20)
        : String.format(Locale.ROOT, "%.2f GiB", bytes / 0x1p30);
  }

  /** Bytes in buffers that are allocated and not released. */
  public synchronized long bytesInUse() {
    return bytesInUse;
  }

  /** Bytes held from the source. */
  public synchronized long bytesReserved() {
    return bytesReserved;
  }

  /** Most bytes to hold. */
  public long limit() {
    return limit;
  }

  /** Gives idle slabs and blocks back. */
  public synchronized void trim() {
    for (ArrayDeque<Block> withRoom : idle.values()) {
      withRoom.removeIf(
          block -> {
            if (!block.unused()) {
              return false;
            }
            blocks.remove(block.address);
            bytesReserved -= block.bytes;
            source.giveBack(block.address);
            return true;
          });
    }
  }

  /** Gives everything back; buffers still in use become invalid. */
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
    all.forEach(block -> source.giveBack(block.address));
  }

  /** One piece of the source's memory, cut into equal slots; a large buffer is one slot. */
  private static final class Block {
    final long address;
    final long bytes;
    final long slotBytes;
    private final boolean[] taken;
    private final int[] free; // a stack of slot numbers
    private int freeSlots;

    Block(long address, long bytes, long slotBytes) {
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
