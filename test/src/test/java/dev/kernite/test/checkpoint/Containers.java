package dev.kernite.test.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Builds safetensors files byte by byte, right or wrong, without the code under test. */
final class Containers {
  private Containers() {}

  /** A file of a header as given and so many bytes of data, 1, 2, 3... */
  static byte[] file(String header, int dataBytes) {
    return file(header.getBytes(StandardCharsets.UTF_8), dataBytes);
  }

  static byte[] file(byte[] header, int dataBytes) {
    ByteBuffer file =
        ByteBuffer.allocate(8 + header.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(header.length).put(header);
    for (int i = 0; i < dataBytes; i++) {
      file.put((byte) (i + 1));
    }
    return file.array();
  }

  /** A header entry. */
  static String entry(String name, String dtype, String shape, String offsets) {
    return "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}"
        .formatted(name, dtype, shape, offsets);
  }
}
