package dev.kernite.test.primitives;

import dev.kernite.test.ops.oracles.Special;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntUnaryOperator;

/**
 * {@code math.cu}. The bounds are those of the CUDA C++ Programming Guide, "Mathematical
 * Functions": units in the last place from the correctly rounded result.
 */
final class MathPrimitives {
  private static final int COUNT = 512;
  private static final int THREADS = 128;

  /** Where functions change: ends of the range, subnormal numbers, thresholds of exp and erf. */
  private static final float[] SPECIAL = {
    0,
    Float.MIN_VALUE,
    0x1.fffffcp-127f,
    Float.MIN_NORMAL,
    0x1p-24f,
    0x1.fffffep-1f,
    1,
    0x1.000002p0f,
    0.5f,
    2,
    3.1415927f,
    3.9192059f,
    9.010913f,
    16,
    87.33655f,
    88.72283f,
    88.73f,
    103.97208f,
    104.5f,
    0x1p31f,
    105615f,
    Float.MAX_VALUE,
    Float.POSITIVE_INFINITY,
    Float.NaN,
  };

  /** Conversions: ties of bf16 and f16, numbers just beside them, overflow, subnormal results. */
  private static final int[] TIES = {
    0x3f808000, 0x3f818000, 0x3f808001, 0x3f807fff, 0x7f7f8000, 0x7f7f7fff, 0x00008000, 0x00018000,
    0x3f801000, 0x3f803000, 0x3f801001, 0x3f800fff, 0x477fe000, 0x477ff000, 0x477fefff, 0x33000000,
    0x33000001, 0x33800000, 0x387fe000, 0x387ff000, 0x38801000, 0x00000001, 0x007fffff, 0x7fc12345,
  };

  private MathPrimitives() {}

  static List<Primitive> all() {
    return List.of(
        real("expf", 2, StrictMath::exp),
        real("expm1f", 1, StrictMath::expm1),
        real("logf", 1, StrictMath::log),
        real("log1pf", 1, StrictMath::log1p),
        real("erff", 2, Special::erf),
        real("normcdff", 5, x -> 0.5 * Special.erfc(-x / Math.sqrt(2))),
        real("tanhf", 2, StrictMath::tanh),
        real("sinf", 2, StrictMath::sin),
        real("cosf", 2, StrictMath::cos),
        real("rsqrtf", 2, x -> 1 / Math.sqrt(x)),
        exact("sqrtf", floats(), bits -> bits((float) Math.sqrt(value(bits)))),
        exact("reciprocal", floats(), bits -> bits(1 / value(bits))),
        exact("fmaf", floats(), bits -> bits(Math.fma(value(bits), value(bits), -1f))),
        exact("bf16_to_float", halves(), bits -> bits << 16),
        exact("f16_to_float", halves(), bits -> bits(Float.float16ToFloat((short) bits))),
        words("float_to_bf16", conversions(), MathPrimitives::toBfloat16),
        words("float_to_f16", conversions(), MathPrimitives::toFloat16),
        words("round_to_even", integers(), bits -> (int) Math.rint(value(bits))),
        words("round_to_zero", integers(), bits -> (int) value(bits)),
        words("round_down", integers(), bits -> (int) Math.floor(value(bits))));
  }

  private static float value(int bits) {
    return Float.intBitsToFloat(bits);
  }

  private static int bits(float value) {
    return Float.floatToRawIntBits(value);
  }

  /** To the nearest, of two the even one; any NaN becomes 0x7fff (PTX ISA, cvt). */
  private static int toBfloat16(int bits) {
    float value = value(bits);
    if (Float.isNaN(value)) {
      return 0x7fff;
    }
    float below = Float.intBitsToFloat(bits & 0xffff0000);
    double above = Float.intBitsToFloat((bits & 0xffff0000) + 0x10000);
    if (Double.isInfinite(above)) {
      above = Math.copySign(0x1p128, value); // where the next number would be
    }
    double middle = (below + above) / 2;
    boolean up = Math.abs(value) > Math.abs(middle) || value == middle && (bits >>> 16 & 1) != 0;
    return (bits >>> 16) + (up ? 1 : 0);
  }

  private static int toFloat16(int bits) {
    float value = value(bits);
    return Float.isNaN(value) ? 0x7fff : Float.floatToFloat16(value) & 0xffff;
  }

  private static Primitive real(String name, double ulps, DoubleUnaryOperator function) {
    int[] in = floats();
    double[] values = new double[COUNT];
    double[] bounds = new double[COUNT];
    for (int i = 0; i < COUNT; i++) {
      values[i] = function.applyAsDouble(value(in[i]));
      bounds[i] = (ulps + 0.5) * Math.ulp((float) values[i]);
    }
    return primitive(name, in, new Expected.Reals(values, bounds));
  }

  private static Primitive exact(String name, int[] in, IntUnaryOperator function) {
    double[] values = Arrays.stream(in).mapToDouble(w -> value(function.applyAsInt(w))).toArray();
    return primitive(name, in, new Expected.Reals(values, new double[COUNT]));
  }

  private static Primitive words(String name, int[] in, IntUnaryOperator function) {
    return primitive(name, in, new Expected.Bits(Arrays.stream(in).map(function).toArray()));
  }

  private static Primitive primitive(String name, int[] in, Expected expected) {
    return new Primitive("primitives/math", name, COUNT / THREADS, THREADS, in, expected);
  }

  /** Special numbers of both signs; then any bits, numbers to 10 and numbers to 110 in turn. */
  private static int[] floats() {
    int[] words = Primitives.words(COUNT, 31);
    for (int i = 0; i < COUNT; i++) {
      if (i < 2 * SPECIAL.length) {
        words[i] = bits(SPECIAL[i / 2]) | i % 2 << 31;
      } else if (i % 3 != 0) {
        words[i] = bits(words[i] * (i % 3 == 1 ? 10f : 110f) * 0x1p-31f);
      }
    }
    return words;
  }

  private static int[] conversions() {
    int[] words = floats();
    for (int i = 0; i < 2 * TIES.length; i++) {
      words[COUNT / 2 + i] = TIES[i / 2] | i % 2 << 31;
    }
    for (int i = COUNT * 3 / 4; i < COUNT; i++) {
      // Of the exponents of f16, subnormal ones too, many of them ties.
      words[i] = words[i] & 0x807ff000 | 102 + i % 42 << 23;
    }
    return words;
  }

  /** 16-bit patterns; the largest exponents too. */
  private static int[] halves() {
    return Arrays.stream(Primitives.words(COUNT, 32)).map(w -> w >>> 16).toArray();
  }

  /** Numbers that an int holds, halves and thirds among them. */
  private static int[] integers() {
    int[] words = Primitives.words(COUNT, 33);
    for (int i = 0; i < COUNT; i++) {
      words[i] = bits(i % 2 == 0 ? words[i] % 1000 / 2f : words[i] * 0x1p-31f * (1 << i % 31));
    }
    return words;
  }
}
