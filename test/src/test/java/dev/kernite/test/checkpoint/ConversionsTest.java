package dev.kernite.test.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.Conversions;
import dev.kernite.models.checkpoint.FileDtype;
import dev.kernite.models.checkpoint.RawTensor;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.checkpoint.SafetensorsWriter;
import dev.kernite.models.checkpoint.TensorInfo;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every half and bfloat, and rounding to them against a search for the nearest value in float64.
 */
class ConversionsTest {
  @TempDir Path folder;

  /** A 16-bit float format, by its definition. */
  private enum Format {
    F16(FileDtype.F16, 5, 10),
    BF16(FileDtype.BF16, 8, 7);

    final FileDtype dtype;
    final int exponentBits;
    final int fractionBits;

    Format(FileDtype dtype, int exponentBits, int fractionBits) {
      this.dtype = dtype;
      this.exponentBits = exponentBits;
      this.fractionBits = fractionBits;
    }

    int infinity() {
      return ((1 << exponentBits) - 1) << fractionBits;
    }

    /** The value of non-negative bits below infinity; at infinity, the power of two beyond. */
    double value(int bits) {
      int bias = (1 << (exponentBits - 1)) - 1;
      int exponent = bits >> fractionBits;
      int fraction = bits & ((1 << fractionBits) - 1);
      return exponent == 0
          ? Math.scalb((double) fraction, 1 - bias - fractionBits)
          : Math.scalb((double) (fraction + (1 << fractionBits)), exponent - bias - fractionBits);
    }

    /** The bits nearest to a value that is not NaN, ties to even. */
    short nearest(float x) {
      double magnitude = Math.abs((double) x);
      int low = 0;
      int high = infinity();
      while (high - low > 1) {
        int middle = (low + high) >>> 1;
        if (value(middle) <= magnitude) {
          low = middle;
        } else {
          high = middle;
        }
      }
      double tie = (value(low) + value(high)) / 2; // exact in float64
      boolean up = magnitude > tie || (magnitude == tie && (low & 1) == 1);
      boolean negative = Float.floatToRawIntBits(x) < 0;
      return (short) ((negative ? 0x8000 : 0) | (up ? high : low));
    }
  }

  @ParameterizedTest
  @EnumSource
  void everySixteenBitFloatWidensExactly(Format format) {
    short[] all = new short[65536];
    for (int i = 0; i < all.length; i++) {
      all[i] = (short) i;
    }
    MemorySegment floats = MemorySegment.ofArray(new int[all.length]);
    Conversions.toFloat32(tensor(format.dtype, MemorySegment.ofArray(all), all.length), floats);
    for (int i = 0; i < all.length; i++) {
      int bits = floats.getAtIndex(ValueLayout.JAVA_INT_UNALIGNED, i);
      int magnitude = i & 0x7fff;
      int sign = i >>> 15;
      if (magnitude < format.infinity()) {
        float expected = (float) (format.value(magnitude) * (sign == 0 ? 1 : -1));
        assertEquals(Float.floatToRawIntBits(expected), bits, "of " + Integer.toHexString(i));
      } else {
        int payload = (magnitude - format.infinity()) << (23 - format.fractionBits);
        assertEquals(sign << 31 | 0x7f800000 | payload, bits, "of " + Integer.toHexString(i));
      }
      if (format == Format.F16 && magnitude <= format.infinity()) {
        assertEquals(Float.floatToRawIntBits(Float.float16ToFloat((short) i)), bits);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void roundingTakesTheNearestAndEvenOnTies(Format format) {
    float[] values = interestingFloats(format);
    short[] rounded = rounded(format, values);
    for (int i = 0; i < values.length; i++) {
      short expected = format.nearest(values[i]);
      if (expected != rounded[i]) {
        assertEquals(expected, rounded[i], "rounding " + values[i]);
      }
    }
  }

  /** Every value of the format, every tie and its neighbours, and a million random bit patterns. */
  private static float[] interestingFloats(Format format) {
    float[] values = new float[8 * format.infinity() + 1_000_000];
    int count = 0;
    for (int bits = 0; bits < format.infinity(); bits++) {
      float exact = (float) format.value(bits);
      float tie = (float) ((format.value(bits) + format.value(bits + 1)) / 2);
      for (float v : new float[] {exact, tie, Math.nextUp(tie), Math.nextDown(tie)}) {
        values[count++] = v;
        values[count++] = -v;
      }
    }
    Random random = new Random(5);
    while (count < values.length) {
      float v = Float.intBitsToFloat(random.nextInt());
      values[count++] = Float.isNaN(v) ? Float.POSITIVE_INFINITY : v;
    }
    return values;
  }

  @ParameterizedTest
  @EnumSource
  void aNanStaysANanOfTheSameSign(Format format) {
    int[] nans = {0x7fc00000, 0x7f800001, 0xff800001, 0xffffffff, 0x7fffffff, 0x7fa00000};
    float[] values = new float[nans.length];
    for (int i = 0; i < nans.length; i++) {
      values[i] = Float.intBitsToFloat(nans[i]);
    }
    short[] rounded = rounded(format, values);
    for (int i = 0; i < nans.length; i++) {
      assertTrue((rounded[i] & 0x7fff) > format.infinity(), Integer.toHexString(rounded[i]));
      assertEquals(nans[i] < 0, rounded[i] < 0);
    }
  }

  private short[] rounded(Format format, float[] values) {
    Path path = folder.resolve("rounded.safetensors");
    new SafetensorsWriter()
        .floats("x", format.dtype, MemorySegment.ofArray(values), values.length)
        .write(path);
    try (Safetensors file = Safetensors.open(path)) {
      return file.tensor("x").data().toArray(ValueLayout.JAVA_SHORT_UNALIGNED);
    }
  }

  @Test
  void doublesRoundToFloats() {
    double[] doubles = {
      0.1, -0.0, 1e300, -1e300, 1e-46, Double.NaN, Double.MIN_VALUE, 1 + 0x1p-24, 1 + 0x1.8p-24
    };
    assertArrayEquals(
        new float[] {
          0.1f,
          -0.0f,
          Float.POSITIVE_INFINITY,
          Float.NEGATIVE_INFINITY,
          0f,
          Float.NaN,
          0f,
          1f,
          1 + 0x1p-23f
        },
        floats(FileDtype.F64, MemorySegment.ofArray(doubles), doubles.length));
  }

  @Test
  void floatsAreCopiedBitForBit() {
    int[] bits = {0x7f800001, 0xffc12345, 0x80000000, 1, 0x3f800000};
    MemorySegment copy = MemorySegment.ofArray(new int[5]);
    Conversions.toFloat32(tensor(FileDtype.F32, MemorySegment.ofArray(bits), 5), copy);
    assertArrayEquals(bits, copy.toArray(ValueLayout.JAVA_INT_UNALIGNED));
  }

  @Test
  void integersOfEveryWidthAreRead() {
    assertArrayEquals(
        new int[] {Integer.MIN_VALUE, Integer.MAX_VALUE, -100},
        ints(
            FileDtype.I64, MemorySegment.ofArray(new long[] {-1L << 31, (1L << 31) - 1, -100}), 3));
    assertArrayEquals(
        new int[] {-7, 1 << 30},
        ints(FileDtype.I32, MemorySegment.ofArray(new int[] {-7, 1 << 30}), 2));
    assertArrayEquals(
        new int[] {-32768, 5},
        ints(FileDtype.I16, MemorySegment.ofArray(new short[] {-32768, 5}), 2));
    byte[] bytes = {-1, 1, 0};
    assertArrayEquals(new int[] {-1, 1, 0}, ints(FileDtype.I8, MemorySegment.ofArray(bytes), 3));
    assertArrayEquals(new int[] {255, 1, 0}, ints(FileDtype.U8, MemorySegment.ofArray(bytes), 3));
  }

  @ParameterizedTest
  @EnumSource(names = {"BOOL", "U8", "I8", "I16", "I32", "I64"})
  void masksAreOneWhereNotZero(FileDtype dtype) {
    int width = dtype.bits() / 8;
    byte[] data = new byte[3 * width];
    data[0] = 1;
    data[3 * width - 1] = (byte) 0x80; // only the highest byte of the last element
    MemorySegment mask = MemorySegment.ofArray(new byte[] {9, 9, 9});
    Conversions.toMask(tensor(dtype, MemorySegment.ofArray(data), 3), mask);
    assertArrayEquals(new byte[] {1, 0, 1}, mask.toArray(ValueLayout.JAVA_BYTE));
  }

  @ParameterizedTest
  @EnumSource
  void typesAreReadAsWhatTheyAreOnly(FileDtype dtype) {
    RawTensor tensor = tensor(dtype, MemorySegment.ofArray(new byte[dtype.bits()]), 8);
    if (Conversions.isFloat(dtype)) {
      Conversions.toFloat32(tensor, MemorySegment.ofArray(new float[8]));
    } else {
      assertRefused(
          "has type " + dtype,
          () -> Conversions.toFloat32(tensor, MemorySegment.ofArray(new float[8])));
    }
    if (Conversions.isInteger(dtype)) {
      Conversions.toInt32(tensor, MemorySegment.ofArray(new int[8]));
    } else {
      assertRefused(
          "has type " + dtype,
          () -> Conversions.toInt32(tensor, MemorySegment.ofArray(new int[8])));
      assertRefused(
          "has type " + dtype,
          () -> Conversions.toMask(tensor, MemorySegment.ofArray(new byte[8])));
    }
  }

  @Test
  void anIntegerThatDoesNotFitIsNamedWithItsPosition() {
    long[] ids = {0, 1, 2, 3, 1L << 31, 5};
    RawTensor tensor = tensor(FileDtype.I64, MemorySegment.ofArray(ids), 2, 3);
    assertRefused(
        "made.safetensors: tensor 'x': the value 2147483648 at [1, 1] does not fit",
        () -> Conversions.toInt32(tensor, MemorySegment.ofArray(new int[6])));
  }

  @Test
  void aDestinationOfAnotherSizeIsRefused() {
    RawTensor tensor = tensor(FileDtype.BF16, MemorySegment.ofArray(new short[3]), 3);
    assertRefused(
        "takes 12 bytes in memory, the destination has 16",
        () -> Conversions.toFloat32(tensor, MemorySegment.ofArray(new float[4])));
  }

  @Test
  void longTensorsAreConvertedToTheirEnd() {
    int count = (1 << 20) + 77; // more than one inner block
    short[] bfloats = new short[count];
    for (int i = 0; i < count; i++) {
      bfloats[i] = (short) (0x3f80 + i % 128);
    }
    float[] floats = floats(FileDtype.BF16, MemorySegment.ofArray(bfloats), count);
    for (int i = 0; i < count; i++) {
      assertEquals(1 + (i % 128) / 128f, floats[i]);
    }
  }

  private static float[] floats(FileDtype dtype, MemorySegment data, long... shape) {
    float[] floats = new float[(int) TensorInfo.of("x", dtype, shape).elements()];
    Conversions.toFloat32(tensor(dtype, data, shape), MemorySegment.ofArray(floats));
    return floats;
  }

  private static int[] ints(FileDtype dtype, MemorySegment data, long... shape) {
    int[] ints = new int[(int) TensorInfo.of("x", dtype, shape).elements()];
    Conversions.toInt32(tensor(dtype, data, shape), MemorySegment.ofArray(ints));
    return ints;
  }

  private static RawTensor tensor(FileDtype dtype, MemorySegment data, long... shape) {
    return new RawTensor(Path.of("made.safetensors"), TensorInfo.of("x", dtype, shape), data);
  }

  private static void assertRefused(String why, Runnable action) {
    ModelException e = assertThrows(ModelException.class, action::run);
    assertTrue(e.getMessage().contains(why), () -> "expected '" + why + "' in " + e.getMessage());
  }
}
