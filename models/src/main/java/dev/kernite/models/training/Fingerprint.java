package dev.kernite.models.training;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** A checksum of data, to notice that a resumed run was given other data. */
public final class Fingerprint {
  private static final long SLICE_BYTES = 1 << 24;

  private final CRC32C crc = new CRC32C();

  /** Begins with nothing added. */
  public Fingerprint() {}

  /** Adds bytes. */
  public Fingerprint add(MemorySegment bytes) {
    for (long at = 0; at < bytes.byteSize(); at += SLICE_BYTES) {
      crc.update(bytes.asSlice(at, Math.min(SLICE_BYTES, bytes.byteSize() - at)).asByteBuffer());
    }
    return this;
  }

  /** Adds numbers. */
  public Fingerprint add(int[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * Math.min(values.length, 1 << 16));
    for (int at = 0; at < values.length; at += 1 << 16) {
      bytes.clear();
      int n = Math.min(1 << 16, values.length - at);
      bytes.asIntBuffer().put(values, at, n);
      crc.update(bytes.limit(4 * n));
    }
    return this;
  }

  /** The checksum of all that was added. */
  public long value() {
    return crc.getValue();
  }
}
