package dev.kernite.test.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.kernels.Gemm;
import dev.kernite.kernels.PackedGemm;
import dev.kernite.kernels.PackedGemm.Matrix;
import dev.kernite.kernels.UnaryFunction;
import dev.kernite.kernels.WeightType;
import dev.kernite.kernels.cpu.CpuBackend;
import dev.kernite.kernels.cpu.CpuOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Products with packed weights have the bits of plain products with the same weights widened. */
final class PackedGemmProperties {
  /**
   * One product.
   *
   * @param from type of the source
   * @param to type of the packed values
   */
  record Case(
      int m,
      int n,
      int k,
      WeightType from,
      WeightType to,
      boolean transposed,
      boolean bias,
      UnaryFunction activation,
      int gap,
      int shift,
      long seed) {}

  @Provide
  Arbitrary<Case> cases() {
    // Around row groups (6), rows that are widened (24), row blocks (96), panels and their pairs of
    // vectors (8 to 64 columns), summation blocks (512).
    Arbitrary<Integer> rows = Arbitraries.of(0, 1, 1, 1, 2, 5, 6, 7, 11, 23, 24, 25, 96, 97, 193);
    Arbitrary<Integer> columns =
        Arbitraries.of(0, 1, 7, 8, 15, 16, 17, 33, 63, 64, 65, 129, 200, 300, 577);
    Arbitrary<Integer> inner = Arbitraries.of(0, 1, 2, 3, 16, 17, 511, 512, 513, 1025);
    Arbitrary<WeightType> types = Arbitraries.of(WeightType.values());
    Arbitrary<Boolean> either = Arbitraries.of(true, false);
    return Combinators.combine(
            Combinators.combine(rows, columns, inner, types, types).as(Shape::new),
            either,
            either,
            Arbitraries.of(UnaryFunction.values()).injectNull(0.4),
            Arbitraries.of(0, 3),
            Arbitraries.integers().between(0, 15),
            Arbitraries.longs())
        .as(
            (s, transposed, bias, f, gap, shift, seed) ->
                new Case(s.m, s.n, s.k, s.from, s.to, transposed, bias, f, gap, shift, seed));
  }

  private record Shape(int m, int n, int k, WeightType from, WeightType to) {}

  @Property(tries = 150)
  void hasTheBitsOfAPlainProduct(@ForAll("cases") Case c) {
    float[] expected = plain(c);
    for (CpuBackend cpu : Cpus.twins()) {
      assertArrayEquals(bits(expected(cpu, c, expected)), bits(packed(cpu, c)), cpu.description());
    }
    for (int threads : Cpus.THREADS) {
      CpuBackend cpu = Cpus.of(CpuOptions.Twin.VECTOR, threads);
      assertArrayEquals(
          bits(expected(cpu, c, expected)), bits(packed(cpu, c)), threads + " threads");
    }
  }

  /** Enough columns that a task takes four panels, of every width that panels have. */
  @Property(tries = 12)
  void oneRowByManyPanels(
      @ForAll WeightType type, @ForAll @IntRange(min = 1, max = 40) int k, @ForAll long seed) {
    hasTheBitsOfAPlainProduct(
        new Case(1, 64 * 64 + 77, k, type, type, seed % 2 == 0, true, null, 0, 0, seed));
  }

  @Property(tries = 60)
  void gathersColumnsAsRows(@ForAll("cases") Case c) {
    if (c.n == 0) {
      return;
    }
    float[] weights = stored(weights(c), c.to);
    int[] indices = Draw.indices(new Random(c.seed), c.m, c.n);
    float[] expected = new float[c.m * c.k];
    for (int i = 0; i < c.m; i++) {
      for (int s = 0; s < c.k; s++) {
        expected[i * c.k + s] = weights[c.transposed ? indices[i] * c.k + s : s * c.n + indices[i]];
      }
    }
    for (CpuBackend cpu : Cpus.twins()) {
      try (Buffers buffers = new Buffers(c.shift)) {
        Matrix b = pack(cpu.packedGemm(), buffers, c, weights(c));
        Buffers.Array out = buffers.out(expected.length);
        cpu.packedGemm().gather(b, buffers.of(indices).address(), c.m, out.address());
        assertArrayEquals(bits(expected), out.bits(), cpu.description());
      }
    }
  }

  @Example
  void float16TellsOfValuesItCannotHold() {
    for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY, 65520f}) {
      for (CpuBackend cpu : Cpus.twins()) {
        assertFalse(packs(cpu, value, WeightType.FLOAT16), value + " " + cpu.description());
        assertTrue(packs(cpu, value, WeightType.BFLOAT16), value + " " + cpu.description());
      }
    }
  }

  private static boolean packs(CpuBackend cpu, float value, WeightType type) {
    float[] weights = new float[70 * 3];
    weights[70 * 2 + 66] = value;
    try (Buffers buffers = new Buffers()) {
      PackedGemm gemm = cpu.packedGemm();
      long room = buffers.bytes(gemm.bytes(type, 3, 70)).address();
      return gemm.pack(
          WeightType.FLOAT32, buffers.of(weights).address(), false, new Matrix(type, 3, 70, room));
    }
  }

  /** The product by {@link Gemm}, which is tested elsewhere. */
  private static float[] plain(Case c) {
    try (Buffers buffers = new Buffers(c.shift)) {
      Gemm.Shape dense = Gemm.Shape.dense(false, c.transposed, c.m, c.n, c.k);
      Buffers.Array y = buffers.out((long) c.m * c.n);
      Cpus.vector()
          .gemm()
          .multiply(
              dense,
              buffers.of(upright(c)).address(),
              buffers.of(stored(weights(c), c.to)).address(),
              c.bias ? buffers.of(bias(c)).address() : 0,
              y.address());
      return y.floats();
    }
  }

  /** The activation of the plain product, as the same backend computes it on its own. */
  private static float[] expected(CpuBackend cpu, Case c, float[] product) {
    if (c.activation == null) {
      return product;
    }
    try (Buffers buffers = new Buffers(c.shift)) {
      Buffers.Array y = buffers.out(product.length);
      long x = buffers.of(product).address();
      cpu.elementwise().unary(c.activation, x, y.address(), product.length, 0, 0);
      return y.floats();
    }
  }

  private static float[] packed(CpuBackend cpu, Case c) {
    try (Buffers buffers = new Buffers(c.shift)) {
      Matrix b = pack(cpu.packedGemm(), buffers, c, weights(c));
      Buffers.Array y = buffers.out((long) c.m * c.n);
      cpu.packedGemm()
          .multiply(
              b,
              c.m,
              buffers.of(rows(c)).address(),
              c.k + c.gap,
              c.bias ? buffers.of(bias(c)).address() : 0,
              c.activation,
              y.address());
      return y.floats();
    }
  }

  private static Matrix pack(PackedGemm gemm, Buffers buffers, Case c, float[] weights) {
    long room = buffers.bytes(gemm.bytes(c.to, c.k, c.n)).address();
    Matrix b = new Matrix(c.to, c.k, c.n, room);
    ByteBuffer bytes =
        ByteBuffer.allocate(weights.length * c.from.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (float w : weights) {
      switch (c.from) {
        case FLOAT32 -> bytes.putFloat(w);
        case FLOAT16 -> bytes.putShort(Float.floatToFloat16(w));
        case BFLOAT16 -> bytes.putShort((short) (Float.floatToRawIntBits(w) >>> 16));
      }
    }
    assertTrue(gemm.pack(c.from, buffers.of(bytes.array()).address(), c.transposed, b));
    return b;
  }

  /**
   * Weights that the source type holds exactly, tiny ones that are subnormal in float16 among them.
   */
  private static float[] weights(Case c) {
    float[] w = Draw.values(new Random(c.seed + 1), c.k * c.n);
    for (int i = 0; i < w.length; i++) {
      w[i] = i % 5 == 0 ? w[i] * 0x1p-20f : w[i];
    }
    return stored(w, c.from);
  }

  /**
   * Values as a type holds them: an oracle of its own for narrowing, by float64 where it rounds.
   */
  private static float[] stored(float[] values, WeightType type) {
    float[] y = values.clone();
    for (int i = 0; i < y.length; i++) {
      y[i] =
          switch (type) {
            case FLOAT32 -> y[i];
            case FLOAT16 -> Float.float16ToFloat(Float.floatToFloat16(y[i]));
            case BFLOAT16 -> toEightDigits(y[i]);
          };
    }
    return y;
  }

  /** Rounds a normal value to 8 binary digits, ties to even. */
  private static float toEightDigits(float x) {
    double unit = Math.scalb(1.0, Math.getExponent(x) - 7);
    return (float) (Math.rint(x / unit) * unit);
  }

  private static float[] bias(Case c) {
    return Draw.values(new Random(c.seed + 2), c.n);
  }

  private static float[] upright(Case c) {
    return Draw.values(new Random(c.seed + 3), c.m * c.k);
  }

  /** The same rows with a gap after each. */
  private static float[] rows(Case c) {
    float[] dense = upright(c);
    float[] rows = new float[c.m * (c.k + c.gap)];
    for (int i = 0; i < c.m; i++) {
      System.arraycopy(dense, i * c.k, rows, i * (c.k + c.gap), c.k);
    }
    return rows;
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToIntBits(values[i]); // any NaN: some functions make them
    }
    return bits;
  }
}
