package dev.kernite.models.checkpoint;

import java.util.Arrays;
import java.util.Optional;

/**
 * The element types a safetensors file can name, in the order of the reference implementation (by
 * alignment), which is also the order in which {@link SafetensorsWriter} lays tensors out. All are
 * little-endian. {@link Conversions} reads the floats from F16 to F64, BOOL, and the integers I8,
 * U8, I16, I32 and I64; the others can be listed and copied as bytes.
 */
public enum FileDtype {
  /** One byte, 0 or 1. */
  BOOL(8),
  /** 4-bit float, two to a byte. */
  F4(4),
  /** 6-bit float with 2 exponent bits. */
  F6_E2M3(6),
  /** 6-bit float with 3 exponent bits. */
  F6_E3M2(6),
  /** Unsigned byte. */
  U8(8),
  /** Signed byte. */
  I8(8),
  /** 8-bit float with 5 exponent bits. */
  F8_E5M2(8),
  /** 8-bit float with 4 exponent bits. */
  F8_E4M3(8),
  /** 8-bit power-of-two scale. */
  F8_E8M0(8),
  /** 8-bit float with 4 exponent bits, no infinities, no negative zero. */
  F8_E4M3FNUZ(8),
  /** 8-bit float with 5 exponent bits, no infinities, no negative zero. */
  F8_E5M2FNUZ(8),
  /** 16-bit signed integer. */
  I16(16),
  /** 16-bit unsigned integer. */
  U16(16),
  /** IEEE 754 binary16. */
  F16(16),
  /** bfloat16: the upper half of an IEEE 754 binary32. */
  BF16(16),
  /** 32-bit signed integer. */
  I32(32),
  /** 32-bit unsigned integer. */
  U32(32),
  /** IEEE 754 binary32. */
  F32(32),
  /** A pair of binary32: real, imaginary. */
  C64(64),
  /** IEEE 754 binary64. */
  F64(64),
  /** 64-bit signed integer. */
  I64(64),
  /** 64-bit unsigned integer. */
  U64(64);

  private final int bits;

  FileDtype(int bits) {
    this.bits = bits;
  }

  /**
   * The size of one element.
   *
   * @return bits per element; below 8 for the packed types F4 and F6
   */
  public int bits() {
    return bits;
  }

  /**
   * Whether its values are floating-point numbers that can be read as float32.
   *
   * @return true for F16, BF16, F32 and F64
   */
  public boolean isFloat() {
    return this == F16 || this == BF16 || this == F32 || this == F64;
  }

  /**
   * Looks a type up by the name the file gives it.
   *
   * @param name for example {@code "BF16"}
   * @return the type, or empty when the format has no such type
   */
  public static Optional<FileDtype> byName(String name) {
    return Arrays.stream(values()).filter(d -> d.name().equals(name)).findFirst();
  }

  /**
   * The bytes a dense tensor of this type takes.
   *
   * @param shape extents, none negative; empty for a scalar
   * @return bytes
   * @throws ArithmeticException if the size does not fit 63 bits, also when another extent is zero,
   *     or if packed elements do not fill whole bytes
   */
  public long byteSize(long... shape) {
    long elements = 1;
    boolean empty = false;
    for (long extent : shape) {
      // A zero makes the tensor empty but does not excuse the rest: strides are products of the
      // other extents.
      empty |= extent == 0;
      elements = Math.multiplyExact(elements, Math.max(extent, 1));
    }
    long size = Math.multiplyExact(elements, (long) bits);
    if (empty) {
      return 0;
    }
    if (size % 8 != 0) {
      throw new ArithmeticException("packed elements do not fill whole bytes");
    }
    return size / 8;
  }
}
