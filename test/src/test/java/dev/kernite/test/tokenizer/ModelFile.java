package dev.kernite.test.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes SentencePiece models, right and wrong ones: messages of protocol buffers, by hand. */
final class ModelFile {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  byte[] bytes() {
    return out.toByteArray();
  }

  ModelFile varint(long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      out.write((int) (rest & 0x7F | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
    return this;
  }

  ModelFile integer(int field, long value) {
    return varint((long) field << 3).varint(value);
  }

  ModelFile bytes(int field, byte[] value) {
    varint((long) field << 3 | 2).varint(value.length);
    out.writeBytes(value);
    return this;
  }

  ModelFile string(int field, String value) {
    return bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  ModelFile float32(int field, float value) {
    varint((long) field << 3 | 5);
    out.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(value).array());
    return this;
  }

  /** A piece; kinds are 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte. */
  ModelFile piece(String text, float score, int kind) {
    return bytes(1, new ModelFile().string(1, text).float32(2, score).integer(3, kind).bytes());
  }

  /** The trainer_spec: 1 Unigram, 2 BPE. */
  ModelFile trainer(int type, boolean byteFallback) {
    return bytes(2, new ModelFile().integer(3, type).integer(35, byteFallback ? 1 : 0).bytes());
  }
}
