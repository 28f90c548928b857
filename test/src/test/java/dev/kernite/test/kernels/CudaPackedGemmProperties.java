package dev.kernite.test.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.kernels.Gemm;
import dev.kernite.kernels.PackedGemm;
import dev.kernite.kernels.PackedGemm.Matrix;
import dev.kernite.kernels.UnaryFunction;
import dev.kernite.kernels.WeightType;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tag;

/** Products with packed weights on a CUDA device have the bits of plain products. */
@Tag("cuda")
@Tag("schedule")
final class CudaPackedGemmProperties {
  private static final int[] ROWS = {0, 1, 1, 2, 4, 5, 8, 9, 33, 70};
  private static final int[] COLUMNS = {1, 7, 8, 15, 16, 17, 31, 33, 64, 70, 130};
  private static final int[] INNER = {0, 1, 2, 16, 17, 63, 64, 65, 129};

  private static PackedGemm packed() {
    return CudaDevice.backend().packedGemm();
  }

  /** Values as a type holds them: narrowing by float64, or by the JDK, not by ours. */
  private static float stored(float value, WeightType type) {
    return switch (type) {
      case FLOAT32 -> value;
      case FLOAT16 -> Float.float16ToFloat(Float.floatToFloat16(value));
      case BFLOAT16 -> {
        double unit = Math.scalb(1.0, Math.getExponent(value) - 7);
        yield (float) (Math.rint(value / unit) * unit);
      }
    };
  }

  /** Weights [k, n] that the source type holds exactly, among them some tiny ones. */
  private static float[] weights(Random random, int k, int n, WeightType from) {
    float[] w = Draw.values(random, k * n);
    for (int i = 0; i < w.length; i++) {
      w[i] = stored(i % 5 == 0 ? w[i] * 0x1p-20f : w[i], from);
    }
    return w;
  }

  private static Matrix pack(
      DeviceArrays arrays,
      float[] w,
      WeightType from,
      WeightType to,
      boolean transposed,
      int k,
      int n) {
    short[] narrow = new short[w.length];
    for (int i = 0; i < w.length; i++) {
      narrow[i] =
          from == WeightType.FLOAT16
              ? Float.floatToFloat16(w[i])
              : (short) (Float.floatToRawIntBits(w[i]) >>> 16);
    }
    long source = (from == WeightType.FLOAT32 ? arrays.of(w) : arrays.of(narrow)).address();
    Matrix b = new Matrix(to, k, n, aligned(arrays, packed().bytes(to, k, n)));
    assertTrue(packed().pack(from, source, transposed, b));
    return b;
  }

  /** Packed matrices come from Memory.allocate, which aligns. */
  private static long aligned(DeviceArrays arrays, long bytes) {
    return (arrays.bytes(bytes + 64).address() + 63) / 64 * 64;
  }

  @Property(tries = 80, edgeCases = EdgeCasesMode.NONE)
  void hasTheBitsOfAPlainProduct(
      @ForAll WeightType from,
      @ForAll WeightType to,
      @ForAll boolean transposed,
      @ForAll long seed) {
    Random random = new Random(seed);
    int m = CudaDevice.pick(random, ROWS);
    int n = CudaDevice.pick(random, COLUMNS);
    int k = CudaDevice.pick(random, INNER);
    UnaryFunction[] functions = UnaryFunction.values();
    UnaryFunction f = random.nextBoolean() ? null : functions[random.nextInt(functions.length)];
    float[] w = weights(random, k, n, from);
    float[] wide = new float[w.length];
    for (int i = 0; i < w.length; i++) {
      wide[i] = stored(w[i], to);
    }
    int gap = CudaDevice.pick(random, 0, 3);
    try (DeviceArrays arrays = new DeviceArrays(CudaDevice.backend(), random.nextInt(16))) {
      long a = arrays.of(Draw.values(random, m * (k + gap))).address();
      long bias = random.nextBoolean() ? arrays.of(Draw.values(random, n)).address() : 0;
      Gemm.Shape shape =
          new Gemm.Shape(
              false, transposed, m, n, k, k + gap, transposed ? k : n, n, 1, 0, 0, 0, false);
      DeviceArrays.Array expected = arrays.out((long) m * n);
      CudaDevice.backend()
          .gemm()
          .multiply(shape, a, arrays.of(wide).address(), bias, expected.address());
      if (f != null) {
        long y = expected.address();
        CudaDevice.backend().elementwise().unary(f, y, y, (long) m * n, 0, 0);
      }
      Matrix b = pack(arrays, w, from, to, transposed, k, n);
      DeviceArrays.Array actual = arrays.out((long) m * n);
      packed().multiply(b, m, a, k + gap, bias, f, actual.address());
      assertArrayEquals(canonical(expected.floats()), canonical(actual.floats()));
    }
  }

  /** Bits, with one NaN for all: some functions make them. */
  private static int[] canonical(float[] values) {
    int[] bits = new int[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToIntBits(values[i]);
    }
    return bits;
  }

  @Property(tries = 30, edgeCases = EdgeCasesMode.NONE)
  void gathersColumnsAsRows(
      @ForAll WeightType from,
      @ForAll WeightType to,
      @ForAll boolean transposed,
      @ForAll long seed) {
    Random random = new Random(seed);
    int count = CudaDevice.pick(random, 0, 1, 5, 40);
    int n = CudaDevice.pick(random, COLUMNS);
    int k = CudaDevice.pick(random, INNER);
    float[] w = weights(random, k, n, from);
    int[] indices = Draw.indices(random, count, n);
    try (DeviceArrays arrays = new DeviceArrays(CudaDevice.backend(), random.nextInt(16))) {
      Matrix b = pack(arrays, w, from, to, transposed, k, n);
      DeviceArrays.Array out = arrays.out((long) count * k);
      packed().gather(b, arrays.of(indices).address(), count, out.address());
      float[] rows = out.floats();
      for (int i = 0; i < count; i++) {
        for (int s = 0; s < k; s++) {
          int at = transposed ? indices[i] * k + s : s * n + indices[i];
          assertEquals(stored(w[at], to), rows[i * k + s]);
        }
      }
    }
  }

  @Example
  void float16TellsOfValuesItCannotHold() {
    for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY, 65520f, 65504f}) {
      for (WeightType to : new WeightType[] {WeightType.FLOAT16, WeightType.BFLOAT16}) {
        float[] w = new float[70 * 3];
        w[70 * 2 + 66] = value;
        try (DeviceArrays arrays = new DeviceArrays(CudaDevice.backend(), 0)) {
          Matrix b = new Matrix(to, 3, 70, aligned(arrays, packed().bytes(to, 3, 70)));
          boolean fits = packed().pack(WeightType.FLOAT32, arrays.of(w).address(), false, b);
          assertEquals(to == WeightType.BFLOAT16 || value == 65504f, fits, value + " " + to);
        }
      }
    }
  }
}
