package dev.kernite.test.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.zip.GZIPOutputStream;

/** IDX files, built byte by byte from the description of the format. */
final class IdxBytes {
  private IdxBytes() {}

  static byte[] of(int type, int[] extents, byte[] elements) {
    ByteBuffer bytes = ByteBuffer.allocate(4 + 4 * extents.length + elements.length);
    bytes.put((byte) 0).put((byte) 0).put((byte) type).put((byte) extents.length);
    for (int extent : extents) {
      bytes.putInt(extent);
    }
    return bytes.put(elements).array();
  }

  /** Unsigned bytes 0, 1, 2 ... */
  static byte[] counting(int... extents) {
    int size = 1;
    for (int extent : extents) {
      size *= extent;
    }
    byte[] elements = new byte[size];
    for (int i = 0; i < size; i++) {
      elements[i] = (byte) i;
    }
    return of(0x08, extents, elements);
  }

  static byte[] gzip(byte[] bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
