package dev.kernite.tokenizer.file;

import dev.kernite.tokenizer.TokenizerException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads a protocol buffers message, field by field, from its wire format: {@link #next}, then the
 * value by its type, or {@link #skip}. Every length is checked against the bytes that are there, so
 * a wrong file costs no more than a right one of its size.
 */
final class Protobuf {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;

  private final ByteBuffer in;
  private final String where; // file, and the message in it
  private int field;
  private int wireType;

  /**
   * Begins at the start of a message.
   *
   * @param in the message and nothing else
   * @param where what errors begin with
   */
  Protobuf(ByteBuffer in, String where) {
    this.in = in.slice().order(ByteOrder.LITTLE_ENDIAN);
    this.where = where;
  }

  /** Goes to the next field; returns whether there is one. */
  boolean next() {
    if (!in.hasRemaining()) {
      return false;
    }
    long key = varint();
    field = (int) (key >>> 3);
    wireType = (int) (key & 7);
    if (key >>> 3 == 0 || key >>> 32 != 0) {
      throw error("a field has the number " + (key >>> 3));
    }
    return true;
  }

  /** Returns the number of the field. */
  int field() {
    return field;
  }

  /** Returns an error about this message, with the place in its bytes. */
  TokenizerException error(String what) {
    return new TokenizerException("%s: %s (at byte %d)".formatted(where, what, in.position()));
  }

  private void require(int type) {
    if (wireType != type) {
      throw error("field %d has wire type %d, expected %d".formatted(field, wireType, type));
    }
  }

  private void requireBytes(long count) {
    if (count < 0 || count > in.remaining()) {
      throw error(
          "field %d has %d bytes, but only %d are left; the file is cut off or damaged"
              .formatted(field, count, in.remaining()));
    }
  }

  long integer() {
    require(VARINT);
    return varint();
  }

  boolean bool() {
    return integer() != 0;
  }

  float float32() {
    require(FIXED32);
    requireBytes(4);
    return in.getFloat();
  }

  /** Returns the bytes of a string, of bytes, or of a message: a view, not a copy. */
  ByteBuffer bytes() {
    require(BYTES);
    long length = varint();
    requireBytes(length);
    ByteBuffer bytes = in.slice(in.position(), (int) length);
    in.position(in.position() + (int) length);
    return bytes;
  }

  String string() {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes()).toString();
    } catch (CharacterCodingException e) {
      throw error("field %d is not UTF-8".formatted(field));
    }
  }

  Protobuf message(String name) {
    return new Protobuf(bytes(), where + ": " + name);
  }

  /** Passes over the value of a field that does not matter. */
  void skip() {
    switch (wireType) {
      case VARINT -> varint();
      case FIXED64 -> skip(8);
      case BYTES -> skip(varint());
      case FIXED32 -> skip(4);
      default -> throw error("field %d has the wire type %d".formatted(field, wireType));
    }
  }

  private void skip(long count) {
    requireBytes(count);
    in.position(in.position() + (int) count);
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (!in.hasRemaining()) {
        throw error("the file ends inside a number");
      }
      byte b = in.get();
      value |= (b & 0x7FL) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw error("a number has more than ten bytes");
  }
}
