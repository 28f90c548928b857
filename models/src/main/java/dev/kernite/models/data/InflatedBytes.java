package dev.kernite.models.data;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What comes out of a compressed stream, off-heap. Memory grows with what has come, to twice of it
 * at most, never with what a header claims: a small file cannot ask for much.
 *
 * @param count bytes found, one more than the limit where there is more to come
 * @param data the bytes, when as many were found as the limit allows
 */
record InflatedBytes(long count, MemorySegment data) {
  private static final int BLOCK_BYTES = 1 << 16;
  private static final long FIRST_BYTES = 1 << 20;

  /**
   * Reads to the end of a stream, or just past a limit.
   *
   * @param arena owns the bytes
   */
  static InflatedBytes read(InputStream in, long limit, Arena arena) throws IOException {
    byte[] block = new byte[BLOCK_BYTES];
    Arena current = limit <= FIRST_BYTES ? arena : Arena.ofConfined();
    try {
      MemorySegment bytes = current.allocate(Math.min(FIRST_BYTES, limit));
      long count = 0;
      for (int n = in.read(block); n >= 0; n = in.read(block)) {
        if (n > limit - count) {
          return new InflatedBytes(limit + 1, bytes);
        }
        if (n > bytes.byteSize() - count) {
          long grown = Math.min(limit, 2 * bytes.byteSize());
          Arena next = grown == limit ? arena : Arena.ofConfined();
          MemorySegment larger = next.allocate(grown).copyFrom(bytes);
          current.close();
          current = next;
          bytes = larger;
        }
        MemorySegment.copy(MemorySegment.ofArray(block), 0, bytes, count, n);
        count += n;
      }
      return new InflatedBytes(count, bytes);
    } finally {
      if (current != arena) {
        current.close();
      }
    }
  }
}
