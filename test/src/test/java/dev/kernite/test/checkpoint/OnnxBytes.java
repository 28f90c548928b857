package dev.kernite.test.checkpoint;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes ONNX messages byte by byte, right or wrong, without the code under test. */
final class OnnxBytes {
  static final int FLOAT = 1;
  static final int INT64 = 7;
  static final int FLOAT16 = 10;
  static final int DOUBLE = 11;
  static final int BFLOAT16 = 16;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  byte[] bytes() {
    return out.toByteArray();
  }

  OnnxBytes varint(long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      out.write((int) (rest & 0x7F | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
    return this;
  }

  OnnxBytes number(int field, long value) {
    return varint(field << 3).varint(value);
  }

  OnnxBytes bytes(int field, byte[] value) {
    varint(field << 3 | 2).varint(value.length);
    out.writeBytes(value);
    return this;
  }

  OnnxBytes text(int field, String value) {
    return bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  /** A model of nodes and initializers. */
  static byte[] model(byte[]... parts) {
    OnnxBytes graph = new OnnxBytes();
    for (byte[] part : parts) {
      // An initializer begins with its extents, a number; a node with its input, a text.
      graph.bytes(part[0] == (1 << 3 | 2) ? 1 : 5, part);
    }
    return new OnnxBytes().number(1, 8).text(2, "test").bytes(7, graph.bytes()).bytes();
  }

  static byte[] node(String operator, String name, String first, String second, String output) {
    return new OnnxBytes()
        .text(1, first)
        .text(1, second)
        .text(2, output)
        .text(3, name)
        .text(4, operator)
        .bytes();
  }

  /** The beginning of an initializer. */
  static OnnxBytes tensor(String name, int type, long... shape) {
    OnnxBytes tensor = new OnnxBytes();
    for (long extent : shape) {
      tensor.number(1, extent);
    }
    return tensor.number(2, type).text(8, name);
  }

  /** A float32 initializer with the values 0, 1, 2, ... as raw bytes. */
  static byte[] counted(String name, long... shape) {
    return counted(name, 0, shape);
  }

  static byte[] counted(String name, float first, long... shape) {
    return tensor(name, FLOAT, shape).bytes(9, floats(first, shape)).bytes();
  }

  static byte[] floats(float first, long... shape) {
    int count = 1;
    for (long extent : shape) {
      count *= (int) extent;
    }
    ByteBuffer data = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      data.putFloat(first + i);
    }
    return data.array();
  }
}
