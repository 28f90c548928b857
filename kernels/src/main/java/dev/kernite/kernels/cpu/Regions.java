package dev.kernite.kernels.cpu;

import dev.kernite.kernels.memory.BufferPool;
import java.lang.foreign.Arena;
import java.util.TreeMap;

/**
 * The system's memory for a pool. Pieces of at most {@link #LARGEST_PIECE} bytes are cut from
 * regions of many huge pages, one after another: weights and intermediate results of some hundred
 * kilobytes then lie in huge pages, too. Larger ones are mapped by themselves.
 *
 * <p>The pages of a piece that comes back go to the system at once, its addresses only with the
 * last piece of its region. Guarded by the pool's lock.
 */
final class Regions implements BufferPool.Source {
  private static final long REGION = 32 << 20;
  private static final long LARGEST_PIECE = REGION / 4;
  private static final long ALIGNMENT = 64;

  private final TreeMap<Long, Region> regions = new TreeMap<>(); // by address
  private Region current; // pieces are cut from it

  /** Memory that lives as long as its arena. */
  private static final class Region {
    final Arena arena = Arena.ofShared();
    final long address;
    final TreeMap<Long, Long> pieces = new TreeMap<>(); // bytes by address
    private final long bytes;
    private long used;

    Region(long bytes) throws BufferPool.Refused {
      this.bytes = bytes;
      try {
        address = SystemPages.allocate(bytes, arena).address();
      } catch (OutOfMemoryError | IllegalArgumentException e) {
        arena.close();
        throw new BufferPool.Refused(e.getMessage());
      }
    }

    boolean hasRoom(long size) {
      return size <= bytes - used;
    }

    long cut(long size) {
      long at = address + used;
      pieces.put(at, size);
      used = Math.min(bytes, (used + size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
      return at;
    }
  }

  @Override
  public long reserve(long bytes) throws BufferPool.Refused {
    if (bytes > LARGEST_PIECE || !SystemPages.areLazy()) {
      return add(bytes).cut(bytes);
    }
    if (current == null || !current.hasRoom(bytes)) {
      current = add(REGION);
    }
    return current.cut(bytes);
  }

  private Region add(long bytes) throws BufferPool.Refused {
    Region region = new Region(bytes);
    regions.put(region.address, region);
    return region;
  }

  @Override
  public void giveBack(long address) {
    Region region = regions.floorEntry(address).getValue();
    long bytes = region.pieces.remove(address);
    if (!region.pieces.isEmpty()) {
      SystemPages.discard(address, bytes);
      return;
    }
    regions.remove(region.address);
    if (region == current) {
      current = null;
    }
    region.arena.close();
  }
}
