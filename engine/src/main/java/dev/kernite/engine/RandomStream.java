package dev.kernite.engine;

/**
 * A position in a Philox4x32-10 stream. Each consumer reserves the blocks it needs, so results
 * depend on the order of calls only, never on the device or the threads.
 */
public final class RandomStream {
  private final long seed;
  private long offset;

  /**
   * Starts a stream.
   *
   * @param seed key of the stream
   */
  public RandomStream(long seed) {
    this.seed = seed;
  }

  /** The key. */
  public long seed() {
    return seed;
  }

  /** The next unused block. */
  public long offset() {
    return offset;
  }

  /** Continues at a block, as read from {@link #offset} when a run was saved. */
  public void seek(long block) {
    offset = block;
  }

  /**
   * Reserves blocks for n 32-bit values.
   *
   * @return the first block
   */
  public long reserve(long n) {
    long first = offset;
    offset += (n + 3) / 4;
    return first;
  }
}
