package dev.kernite.test.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.fail;

import dev.kernite.kernels.Gemm;
import dev.kernite.kernels.cpu.CpuBackend;
import dev.kernite.kernels.cpu.CpuOptions;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Matrix products of any shape against float64, and against each other bit for bit. */
final class GemmProperties {
  private static final double UNIT = 0x1p-24; // unit roundoff of float32
  private static final long MOST_PRODUCTS = 4_000_000; // keeps the float64 oracle quick

  /**
   * One product. Gaps are the values between rows, or between matrices of a batch, that belong to
   * no matrix; shared operands have batch stride 0.
   */
  record Case(
      Gemm.Shape shape,
      boolean bias,
      int lengthA,
      int lengthB,
      int lengthC,
      int addressShift,
      long seed) {

    /** Position in C of a result. */
    int at(long entry, long row, long column) {
      return (int) (entry * shape.strideC() + row * shape.ldc() + column);
    }

    int a(long entry, long row, long s) {
      long at = shape.transposeA() ? s * shape.lda() + row : row * shape.lda() + s;
      return (int) (entry * shape.strideA() + at);
    }

    int b(long entry, long s, long column) {
      long at = shape.transposeB() ? column * shape.ldb() + s : s * shape.ldb() + column;
      return (int) (entry * shape.strideB() + at);
    }
  }

  private record Operands(float[] a, float[] b, float[] bias, float[] c) {}

  @Provide
  Arbitrary<Case> cases() {
    // Around the edges of register tiles (6, 8, 16, 64), row blocks (96) and summation blocks
    // (512).
    Arbitrary<Integer> outer =
        Arbitraries.of(
            0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 15, 16, 17, 31, 33, 47, 63, 64, 65, 79, 95,
            96, 97, 101, 127, 128, 129, 191, 193, 257);
    Arbitrary<Integer> inner =
        Arbitraries.of(
            0, 1, 2, 3, 4, 7, 8, 15, 16, 17, 31, 32, 33, 64, 67, 127, 128, 257, 511, 512, 513, 529,
            1023, 1024, 1025, 1537);
    Arbitrary<Integer> gap = Arbitraries.of(0, 0, 1, 3, 16);
    Arbitrary<boolean[]> flags =
        Arbitraries.of(true, false).array(boolean[].class).ofSize(6); // see shape()
    return Combinators.combine(
            outer,
            outer,
            inner,
            gap,
            Arbitraries.of(1, 1, 1, 2, 3, 7),
            flags,
            Arbitraries.integers().between(0, 15),
            Arbitraries.longs())
        .as(GemmProperties::build)
        .filter(c -> c.shape.m() * c.shape.n() * c.shape.k() * c.shape.batch() <= MOST_PRODUCTS);
  }

  private static Case build(
      int m, int n, int k, int gap, int batch, boolean[] flags, int addressShift, long seed) {
    boolean transposeA = flags[0];
    boolean transposeB = flags[1];
    boolean accumulate = flags[2];
    int rowsA = transposeA ? k : m;
    int rowsB = transposeB ? n : k;
    int lda = (transposeA ? m : k) + gap;
    int ldb = (transposeB ? k : n) + gap;
    int ldc = n + gap;
    int strideA = flags[4] ? 0 : rowsA * lda + gap;
    int strideB = flags[5] ? 0 : rowsB * ldb + gap;
    int strideC = m * ldc + gap;
    Gemm.Shape shape =
        new Gemm.Shape(
            transposeA,
            transposeB,
            m,
            n,
            k,
            lda,
            ldb,
            ldc,
            batch,
            strideA,
            strideB,
            strideC,
            accumulate);
    return new Case(
        shape,
        flags[3] && !accumulate,
        (batch - 1) * strideA + rowsA * lda,
        (batch - 1) * strideB + rowsB * ldb,
        batch * strideC,
        addressShift,
        seed);
  }

  private static Operands real(Case c) {
    Random random = new Random(c.seed);
    return new Operands(
        normal(random, c.lengthA),
        normal(random, c.lengthB),
        normal(random, (int) c.shape.n()),
        normal(random, c.lengthC));
  }

  private static float[] normal(Random random, int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** Values whose products and sums are exact in float32. */
  private static Operands integers(Case c) {
    Random random = new Random(c.seed);
    float[][] all = {
      new float[c.lengthA], new float[c.lengthB], new float[(int) c.shape.n()], new float[c.lengthC]
    };
    for (float[] values : all) {
      for (int i = 0; i < values.length; i++) {
        values[i] = random.nextInt(17) - 8;
      }
    }
    return new Operands(all[0], all[1], all[2], all[3]);
  }

  private static float[] multiply(CpuBackend cpu, Case c, Operands o) {
    try (Buffers buffers = new Buffers(c.addressShift)) {
      Buffers.Array result = buffers.of(o.c);
      cpu.gemm()
          .multiply(
              c.shape,
              buffers.of(o.a).address(),
              buffers.of(o.b).address(),
              c.bias ? buffers.of(o.bias).address() : 0,
              result.address());
      return result.floats();
    }
  }

  /** What C must hold, gaps included, and for each value the sum of magnitudes that made it. */
  private static double[][] oracle(Case c, Operands o) {
    double[] values = new double[c.lengthC];
    double[] magnitudes = new double[c.lengthC];
    for (int i = 0; i < c.lengthC; i++) {
      values[i] = o.c[i];
    }
    for (int entry = 0; entry < c.shape.batch(); entry++) {
      for (int row = 0; row < c.shape.m(); row++) {
        for (int column = 0; column < c.shape.n(); column++) {
          int at = c.at(entry, row, column);
          double sum = c.shape.accumulate() ? o.c[at] : c.bias ? o.bias[column] : 0;
          double magnitude = Math.abs(sum);
          for (int s = 0; s < c.shape.k(); s++) {
            double product = (double) o.a[c.a(entry, row, s)] * o.b[c.b(entry, s, column)];
            sum += product;
            magnitude += Math.abs(product);
          }
          values[at] = sum;
          magnitudes[at] = magnitude;
        }
      }
    }
    return new double[][] {values, magnitudes};
  }

  @Property(tries = 120)
  void errorIsThatOfFloat32Sums(@ForAll("cases") Case c) {
    Operands o = real(c);
    double[][] oracle = oracle(c, o);
    // Errors of a chain of roundings add up like a random walk; 4 of its standard deviations.
    double factor = 4 * Math.sqrt(Math.max(1, c.shape.k())) * UNIT;
    for (CpuBackend cpu : Cpus.twins()) {
      float[] actual = multiply(cpu, c, o);
      for (int i = 0; i < actual.length; i++) {
        if (!(Math.abs(actual[i] - oracle[0][i]) <= factor * oracle[1][i])) {
          fail(
              "%s, C[%d] = %s, expected %s +- %.2g"
                  .formatted(cpu.description(), i, actual[i], oracle[0][i], factor * oracle[1][i]));
        }
      }
    }
  }

  @Property(tries = 80)
  void smallIntegersAreExact(@ForAll("cases") Case c) {
    Operands o = integers(c);
    double[] expected = oracle(c, o)[0];
    for (CpuBackend cpu : Cpus.twins()) {
      float[] actual = multiply(cpu, c, o);
      assertArrayEquals(expected, toDouble(actual), cpu.description());
    }
  }

  private static double[] toDouble(float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }

  @Property(tries = 120)
  void twinsAndThreadCountsGiveTheSameBits(@ForAll("cases") Case c) {
    Operands o = real(c);
    int[] expected = bits(multiply(Cpus.of(CpuOptions.Twin.SCALAR, 1), c, o));
    for (CpuOptions.Twin twin :
        new CpuOptions.Twin[] {CpuOptions.Twin.SCALAR, CpuOptions.Twin.VECTOR}) {
      for (int threads : Cpus.THREADS) {
        CpuBackend cpu = Cpus.of(twin, threads);
        assertArrayEquals(expected, bits(multiply(cpu, c, o)), cpu.description());
      }
    }
  }

  @Property(tries = 80)
  void aRowAloneHasTheBitsOfThatRowAmongOthers(@ForAll("cases") Case c) {
    Gemm.Shape s = c.shape;
    if (s.m() == 0 || s.n() == 0) {
      return;
    }
    Operands o = real(c);
    long row = Math.floorMod(c.seed, s.m());
    for (CpuBackend cpu : Cpus.twins()) {
      float[] all = multiply(cpu, c, o);
      try (Buffers buffers = new Buffers()) {
        Buffers.Array result = buffers.of(o.c);
        Gemm.Shape one =
            new Gemm.Shape(
                s.transposeA(),
                s.transposeB(),
                1,
                s.n(),
                s.k(),
                s.lda(),
                s.ldb(),
                s.ldc(),
                s.batch(),
                s.strideA(),
                s.strideB(),
                s.strideC(),
                s.accumulate());
        cpu.gemm()
            .multiply(
                one,
                buffers.of(o.a).address() + 4 * row * (s.transposeA() ? 1 : s.lda()),
                buffers.of(o.b).address(),
                c.bias ? buffers.of(o.bias).address() : 0,
                result.address() + 4 * row * s.ldc());
        float[] alone = result.floats();
        for (int entry = 0; entry < s.batch(); entry++) {
          int from = c.at(entry, row, 0);
          int to = from + (int) s.n();
          assertArrayEquals(
              bits(Arrays.copyOfRange(all, from, to)),
              bits(Arrays.copyOfRange(alone, from, to)),
              cpu.description());
        }
      }
    }
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      bits[i] = Float.floatToRawIntBits(values[i]);
    }
    return bits;
  }
}
