package dev.kernite.models.checkpoint;

import dev.kernite.models.ModelException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Numbers of a file to numbers of the engine and back. Widening is exact (subnormals, infinities
 * and the payload of NaN included); narrowing rounds to the nearest value, ties to even, overflow
 * to infinity, and keeps NaN a NaN; integers that do not fit are refused. Files are little-endian
 * at any alignment; memory is in the machine's own order. Source and destination must not overlap.
 * Sizes over 2 GiB work.
 */
public final class Conversions {
  private static final ValueLayout.OfShort FILE_16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt FILE_32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong FILE_64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble FILE_DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /** Elements per inner loop: an int counts them, so that the JIT unrolls and vectorises it. */
  private static final long BLOCK = 1 << 20;

  private Conversions() {}

  /**
   * Whether {@link #toFloat32} reads this type.
   *
   * @param dtype a type
   * @return true for F16, BF16, F32 and F64
   */
  public static boolean isFloat(FileDtype dtype) {
    return switch (dtype) {
      case F16, BF16, F32, F64 -> true;
      default -> false;
    };
  }

  /**
   * Whether {@link #toInt32} reads this type.
   *
   * @param dtype a type
   * @return true for BOOL, U8, I8, I16, I32 and I64
   */
  public static boolean isInteger(FileDtype dtype) {
    return switch (dtype) {
      case BOOL, U8, I8, I16, I32, I64 -> true;
      default -> false;
    };
  }

  /**
   * Reads a tensor of F16, BF16, F32 or F64 as binary32.
   *
   * @param tensor the tensor
   * @param floats destination, 4 bytes an element
   * @throws ModelException if the tensor is not of floats, or the destination has another size
   */
  public static void toFloat32(RawTensor tensor, MemorySegment floats) {
    FileDtype dtype = tensor.info().dtype();
    if (!isFloat(dtype)) {
      throw new ModelException(
          tensor.where() + ": has type " + dtype + ", floats are read from F16, BF16, F32 or F64");
    }
    requireSize(tensor, floats, Float.BYTES);
    eachBlock(
        tensor.data(),
        dtype.bits() / 8,
        floats,
        Float.BYTES,
        (from, to, n) -> {
          switch (dtype) {
            case F16 -> halfToFloat(from, to, n);
            case BF16 -> bfloatToFloat(from, to, n);
            case F64 -> doubleToFloat(from, to, n);
            default -> copy32(from, FILE_32, to, INT, n);
          }
        });
  }

  /**
   * Reads a tensor of BOOL or integers as signed 32-bit integers.
   *
   * @param tensor the tensor; its values must fit 32 bits
   * @param ints destination, 4 bytes an element
   * @throws ModelException if the tensor is not of integers, a value does not fit, or the
   *     destination has another size
   */
  public static void toInt32(RawTensor tensor, MemorySegment ints) {
    FileDtype dtype = requireInteger(tensor, "integers");
    requireSize(tensor, ints, Integer.BYTES);
    MemorySegment data = tensor.data();
    if (dtype == FileDtype.I64) {
      requireInt32(tensor);
    }
    eachBlock(
        data,
        dtype.bits() / 8,
        ints,
        Integer.BYTES,
        (from, to, n) -> {
          switch (dtype) {
            case I64 -> longToInt(from, to, n);
            case I32 -> copy32(from, FILE_32, to, INT, n);
            case I16 -> shortToInt(from, to, n);
            case I8 -> byteToInt(from, to, n);
            default -> unsignedByteToInt(from, to, n);
          }
        });
  }

  /**
   * Reads a tensor of BOOL or integers as a mask: 1 where the value is not zero.
   *
   * @param tensor the tensor
   * @param mask destination, one byte an element
   * @throws ModelException if the tensor is not of integers, or the destination has another size
   */
  public static void toMask(RawTensor tensor, MemorySegment mask) {
    FileDtype dtype = requireInteger(tensor, "a mask");
    requireSize(tensor, mask, 1);
    int width = dtype.bits() / 8;
    eachBlock(
        tensor.data(),
        width,
        mask,
        1,
        (from, to, n) -> {
          for (int i = 0; i < n; i++) {
            to.set(ValueLayout.JAVA_BYTE, i, (byte) (integer(dtype, from, i) == 0 ? 0 : 1));
          }
        });
  }

  /**
   * Rounds binary32 to a float type of files.
   *
   * @param floats source, 4 bytes an element
   * @param dtype F16, BF16 or F32
   * @param data destination, as many elements of that type
   */
  static void fromFloat32(MemorySegment floats, FileDtype dtype, MemorySegment data) {
    eachBlock(
        floats,
        Float.BYTES,
        data,
        dtype.bits() / 8,
        (from, to, n) -> {
          switch (dtype) {
            case F16 -> floatToHalf(from, to, n);
            case BF16 -> floatToBfloat(from, to, n);
            case F32 -> copy32(from, INT, to, FILE_32, n);
            default -> throw new ModelException("floats are written as F16, BF16 or F32");
          }
        });
  }

  /**
   * Writes signed 32-bit integers as an integer type of files.
   *
   * @param ints source, 4 bytes an element
   * @param dtype I32 or I64
   * @param data destination, as many elements of that type
   */
  static void fromInt32(MemorySegment ints, FileDtype dtype, MemorySegment data) {
    eachBlock(
        ints,
        Integer.BYTES,
        data,
        dtype.bits() / 8,
        (from, to, n) -> {
          switch (dtype) {
            case I64 -> intToLong(from, to, n);
            case I32 -> copy32(from, INT, to, FILE_32, n);
            default -> throw new ModelException("integers are written as I32 or I64");
          }
        });
  }

  /**
   * Widens one binary16.
   *
   * @param half its 16 bits
   * @return the bits of the same value as binary32
   */
  static int halfToFloatBits(short half) {
    int magnitude = half & 0x7fff;
    // With its exponent and fraction in place a half reads as 2^-112 of its value, subnormals
    // included.
    int finite = Float.floatToRawIntBits(Float.intBitsToFloat(magnitude << 13) * 0x1p112f);
    int special = (magnitude << 13) | 0x7f800000;
    return (half & 0x8000) << 16 | (magnitude >= 0x7c00 ? special : finite);
  }

  /**
   * Rounds one binary32 to binary16.
   *
   * @param value the value
   * @return the 16 bits of the nearest half, ties to even
   */
  static short floatToHalf(float value) {
    int bits = Float.floatToRawIntBits(value);
    return Float.isNaN(
            value) // its payload survives in software and hardware alike only if we say so
        ? (short) (bits >>> 16 & 0x8000 | 0x7e00 | bits >>> 13 & 0x3ff)
        : Float.floatToFloat16(value);
  }

  /**
   * Rounds one binary32 to bfloat16.
   *
   * @param value the value
   * @return the 16 bits of the nearest bfloat16, ties to even
   */
  static short floatToBfloat(float value) {
    int bits = Float.floatToRawIntBits(value);
    int rounded = bits + 0x7fff + (bits >>> 16 & 1);
    return (short) ((Float.isNaN(value) ? bits | 0x400000 : rounded) >>> 16);
  }

  private static void halfToFloat(MemorySegment from, MemorySegment to, int n) {
    for (int i = 0; i < n; i++) {
      to.set(INT, 4L * i, halfToFloatBits(from.get(FILE_16, 2L * i)));
    }
  }

  private static void bfloatToFloat(MemorySegment from, MemorySegment to, int n) {
    for (int i = 0; i < n; i++) {
      to.set(INT, 4L * i, from.get(FILE_16, 2L * i) << 16);
    }
  }

  private static void doubleToFloat(MemorySegment from, MemorySegment to, int n) {
    for (int i = 0; i < n; i++) {
      to.set(FLOAT, 4L * i, (float) from.get(FILE_DOUBLE, 8L * i));
    }
  }

  private static void floatToHalf(MemorySegment from, MemorySegment to, int n) {
    for (int i = 0; i < n; i++) {
      to.set(FILE_16, 2L * i, floatToHalf(from.get(FLOAT, 4L * i)));
    }
  }

  private static void floatToBfloat(MemorySegment from, MemorySegment to, int n) {
    for (int i = 0; i < n; i++) {
      to.set(FILE_16, 2L * i, floatToBfloat(from.get(FLOAT, 4L * i)));
    }
  }

  private static void copy32(
      MemorySegment from,
      ValueLayout.OfInt fromOrder,
      MemorySegment to,
      ValueLayout.OfInt toOrder,
      int n) {
    MemorySegment.copy(from, fromOrder, 0, to, toOrder, 0, n);
  }

  private static void longToInt(MemorySegment from, MemorySegment to, int n) {
    for (int i = 0; i < n; i++) {
      to.set(INT, 4L * i, (int) from.get(FILE_64, 8L * i));
    }
  }

  private static void intToLong(MemorySegment from, MemorySegment to, int n) {
    for (int i = 0; i < n; i++) {
      to.set(FILE_64, 8L * i, from.get(INT, 4L * i));
    }
  }

  private static void shortToInt(MemorySegment from, MemorySegment to, int n) {
    for (int i = 0; i < n; i++) {
      to.set(INT, 4L * i, from.get(FILE_16, 2L * i));
    }
  }

  private static void byteToInt(MemorySegment from, MemorySegment to, int n) {
    for (int i = 0; i < n; i++) {
      to.set(INT, 4L * i, from.get(ValueLayout.JAVA_BYTE, i));
    }
  }

  private static void unsignedByteToInt(MemorySegment from, MemorySegment to, int n) {
    for (int i = 0; i < n; i++) {
      to.set(INT, 4L * i, from.get(ValueLayout.JAVA_BYTE, i) & 0xff);
    }
  }

  private static long integer(FileDtype dtype, MemorySegment from, long i) {
    return switch (dtype) {
      case I64 -> from.get(FILE_64, 8 * i);
      case I32 -> from.get(FILE_32, 4 * i);
      case I16 -> from.get(FILE_16, 2 * i);
      default -> from.get(ValueLayout.JAVA_BYTE, i);
    };
  }

  private static void requireInt32(RawTensor tensor) {
    MemorySegment data = tensor.data();
    long count = tensor.info().elements();
    for (long i = 0; i < count; i++) {
      long value = data.get(FILE_64, 8 * i);
      if (value != (int) value) {
        throw new ModelException(
            "%s: the value %d at %s does not fit a 32-bit integer"
                .formatted(tensor.where(), value, position(i, tensor.info().shape())));
      }
    }
  }

  /** The index of the element at a row-major position, for example {@code [1, 0, 2]}. */
  private static String position(long flat, long[] shape) {
    long[] index = new long[shape.length];
    long rest = flat;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = rest % shape[axis];
      rest /= shape[axis];
    }
    return Arrays.toString(index);
  }

  private static FileDtype requireInteger(RawTensor tensor, String wanted) {
    FileDtype dtype = tensor.info().dtype();
    if (!isInteger(dtype)) {
      throw new ModelException(
          "%s: has type %s, %s are read from BOOL, U8, I8, I16, I32 or I64"
              .formatted(tensor.where(), dtype, wanted));
    }
    return dtype;
  }

  private static void requireSize(RawTensor tensor, MemorySegment memory, long elementBytes) {
    long needed = Math.multiplyExact(tensor.info().elements(), elementBytes);
    if (memory.byteSize() != needed) {
      throw new ModelException(
          "%s: takes %d bytes in memory, the destination has %d"
              .formatted(tensor.where(), needed, memory.byteSize()));
    }
  }

  /** Converts a run of elements. */
  private interface Block {
    void convert(MemorySegment from, MemorySegment to, int count);
  }

  private static void eachBlock(
      MemorySegment from, int fromBytes, MemorySegment to, int toBytes, Block block) {
    long count = from.byteSize() / fromBytes;
    for (long start = 0; start < count; start += BLOCK) {
      int n = (int) Math.min(BLOCK, count - start);
      block.convert(
          from.asSlice(start * fromBytes, (long) n * fromBytes),
          to.asSlice(start * toBytes, (long) n * toBytes),
          n);
    }
  }
}
