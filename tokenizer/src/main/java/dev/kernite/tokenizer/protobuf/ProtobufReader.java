package dev.kernite.tokenizer.protobuf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/**
 * Reads a protocol buffers message, field by field, from its wire format: {@link #next}, then the
 * value by its type, or {@link #skip}. Every length is checked against the bytes that are there, so
 * a wrong file costs no more than a right one of its size. Errors are of the caller's type.
 */
public final class ProtobufReader {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;

  private final ByteBuffer in;
  private final ProtobufReader outer; // null: this is the whole file
  private final String name;
  private final Function<String, ? extends RuntimeException> error;
  private int field;
  private int wireType;

  /**
   * Begins at the start of a message.
   *
   * @param in the message and nothing else
   * @param file what errors begin with
   * @param error makes an exception of a message
   */
  public ProtobufReader(
      ByteBuffer in, String file, Function<String, ? extends RuntimeException> error) {
    this(in, null, file, error);
  }

  private ProtobufReader(
      ByteBuffer in,
      ProtobufReader outer,
      String name,
      Function<String, ? extends RuntimeException> error) {
    this.in = in.slice().order(ByteOrder.LITTLE_ENDIAN);
    this.outer = outer;
    this.name = name;
    this.error = error;
  }

  /** Goes to the next field; returns whether there is one. */
  public boolean next() {
    if (!in.hasRemaining()) {
      return false;
    }
    long key = varint();
    field = (int) (key >>> 3);
    wireType = (int) (key & 7);
    if (key >>> 3 == 0 || key >>> 32 != 0) {
      throw error("a field has the number " + (key >>> 3));
    }
    if (wireType != VARINT && wireType != FIXED64 && wireType != BYTES && wireType != FIXED32) {
      throw error(
          "field %d has the wire type %d; the file is damaged, or of another format"
              .formatted(field, wireType));
    }
    return true;
  }

  /** Returns the number of the field. */
  public int field() {
    return field;
  }

  /** Returns an error about this message, with the place in its bytes. */
  public RuntimeException error(String what) {
    return error.apply("%s: %s (at byte %d)".formatted(where(), what, in.position()));
  }

  /** The file, and the message in it. */
  private String where() {
    return outer == null ? name : outer.where() + ": " + name;
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

  /** Whether the field's value is a number of one to ten bytes, and not of these packed. */
  public boolean isVarint() {
    return wireType == VARINT;
  }

  /** Returns a number of one to ten bytes. */
  public long integer() {
    require(VARINT);
    return varint();
  }

  /** Returns a truth value. */
  public boolean bool() {
    return integer() != 0;
  }

  /** Returns four bytes as a float. */
  public float float32() {
    require(FIXED32);
    requireBytes(4);
    return in.getFloat();
  }

  /** Returns the bytes of a string, of bytes, or of a message: a view, not a copy. */
  public ByteBuffer bytes() {
    require(BYTES);
    long length = varint();
    requireBytes(length);
    ByteBuffer bytes = in.slice(in.position(), (int) length);
    in.position(in.position() + (int) length);
    return bytes;
  }

  /** Returns a text. */
  public String string() {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes()).toString();
    } catch (CharacterCodingException e) {
      throw error("field %d is not UTF-8".formatted(field));
    }
  }

  /** Returns a reader of the message that is the field's value; errors give it a name. */
  public ProtobufReader message(String name) {
    return new ProtobufReader(bytes(), this, name, error);
  }

  /** Returns the next of packed numbers, when this reads the {@link #bytes} of such a field. */
  public long packed() {
    return varint();
  }

  /** Whether there are bytes left. */
  public boolean hasMore() {
    return in.hasRemaining();
  }

  /** Passes over the value of a field that does not matter. */
  public void skip() {
    switch (wireType) {
      case VARINT -> varint();
      case FIXED64 -> skip(8);
      case BYTES -> skip(varint());
      default -> skip(4); // next() knows no other
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
