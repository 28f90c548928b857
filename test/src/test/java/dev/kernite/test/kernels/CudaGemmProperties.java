package dev.kernite.test.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import dev.kernite.kernels.Gemm;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tag;

/**
 * Matrix products on a CUDA device: against float64, and against parts of themselves bit for bit.
 */
@Tag("cuda")
@Tag("schedule")
final class CudaGemmProperties {
  private static final double UNIT = 0x1p-24; // unit roundoff of float32
  private static final long MOST_PRODUCTS = 400_000; // kernels run on the CPU here

  /** Around the tiles (32, 64, 128), the few rows of gemv.cu (8) and its groups of rows (4). */
  private static final int[] SIDES = {1, 2, 3, 4, 5, 7, 8, 9, 16, 31, 32, 33, 63, 64, 65, 129, 130};

  /** Around quads, steps (16) and chunks (64) along k. */
  private static final int[] INNER = {0, 1, 2, 3, 4, 15, 16, 17, 33, 63, 64, 65, 128, 129, 200};

  /** One product with its operands. */
  private record Case(
      Gemm.Shape shape, float[] a, float[] b, float[] bias, float[] c, int addressShift) {

    int a(long entry, long row, long s) {
      long at = shape.transposeA() ? s * shape.lda() + row : row * shape.lda() + s;
      return (int) (entry * shape.strideA() + at);
    }

    int b(long entry, long s, long column) {
      long at = shape.transposeB() ? column * shape.ldb() + s : s * shape.ldb() + column;
      return (int) (entry * shape.strideB() + at);
    }
  }

  private static Case draw(Random random, boolean exact) {
    int m;
    int n;
    int k;
    do {
      m = CudaDevice.pick(random, SIDES);
      n = CudaDevice.pick(random, SIDES);
      k = CudaDevice.pick(random, INNER);
    } while ((long) m * n * k > MOST_PRODUCTS);
    int gap = CudaDevice.pick(random, 0, 0, 1, 4);
    int batch = CudaDevice.pick(random, 1, 1, 2, 3);
    boolean transposeA = random.nextBoolean();
    boolean transposeB = random.nextBoolean();
    boolean accumulate = random.nextInt(3) == 0;
    int rowsA = transposeA ? k : m;
    int rowsB = transposeB ? n : k;
    int lda = (transposeA ? m : k) + gap;
    int ldb = (transposeB ? k : n) + gap;
    int ldc = n + gap;
    int strideA = random.nextBoolean() ? 0 : rowsA * lda;
    int strideB = random.nextBoolean() ? 0 : rowsB * ldb;
    int strideC = m * ldc;
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
    float[][] values = new float[4][];
    int[] lengths = {
      (batch - 1) * strideA + rowsA * lda, (batch - 1) * strideB + rowsB * ldb, n, batch * strideC
    };
    for (int i = 0; i < values.length; i++) {
      values[i] = exact ? CudaDevice.integers(random, lengths[i]) : Draw.values(random, lengths[i]);
    }
    boolean biased = !accumulate && random.nextBoolean();
    return new Case(
        shape, values[0], values[1], biased ? values[2] : null, values[3], random.nextInt(16));
  }

  private static float[] multiply(Case c) {
    try (DeviceArrays arrays = new DeviceArrays(CudaDevice.backend(), c.addressShift)) {
      DeviceArrays.Array result = arrays.of(c.c);
      CudaDevice.backend()
          .gemm()
          .multiply(
              c.shape,
              arrays.of(c.a).address(),
              arrays.of(c.b).address(),
              c.bias == null ? 0 : arrays.of(c.bias).address(),
              result.address());
      return result.floats();
    }
  }

  @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
  void errorIsThatOfFloat32Sums(@ForAll long seed) {
    check(draw(new Random(seed), false), 4);
  }

  @Property(tries = 30, edgeCases = EdgeCasesMode.NONE)
  void smallIntegersAreExact(@ForAll long seed) {
    check(draw(new Random(seed), true), 0);
  }

  /** Compares all of C, gaps included. Roundings add up like a random walk; so many deviations. */
  private static void check(Case c, double deviations) {
    Gemm.Shape s = c.shape;
    float[] actual = multiply(c);
    double factor = deviations * Math.sqrt(Math.max(1, s.k())) * UNIT;
    for (int at = 0; at < actual.length; at++) {
      long entry = at / s.strideC();
      long row = at % s.strideC() / s.ldc();
      long column = at % s.strideC() % s.ldc();
      double expected = c.c[at];
      double magnitude = 0;
      if (column < s.n()) {
        expected = s.accumulate() ? c.c[at] : c.bias != null ? c.bias[(int) column] : 0;
        magnitude = Math.abs(expected);
        for (long i = 0; i < s.k(); i++) {
          double product = (double) c.a[c.a(entry, row, i)] * c.b[c.b(entry, i, column)];
          expected += product;
          magnitude += Math.abs(product);
        }
      }
      if (!(Math.abs(actual[at] - expected) <= factor * magnitude)) {
        fail("%s: C[%d] = %s, expected %s".formatted(s, at, actual[at], expected));
      }
    }
  }

  /** Other numbers of rows and columns take other tiles, or gemv.cu for few rows. */
  @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
  void anyPartAloneHasTheBitsOfThatPartAmongOthers(@ForAll long seed) {
    Random random = new Random(seed);
    Case c = draw(random, false);
    Gemm.Shape s = c.shape;
    int rows = 1 + random.nextInt((int) (random.nextBoolean() ? Math.min(8, s.m()) : s.m()));
    int columns = 1 + random.nextInt((int) s.n());
    int row = random.nextInt((int) s.m() - rows + 1);
    int column = random.nextInt((int) s.n() - columns + 1);
    float[] all = multiply(c);
    Gemm.Shape part =
        new Gemm.Shape(
            s.transposeA(),
            s.transposeB(),
            rows,
            columns,
            s.k(),
            s.lda(),
            s.ldb(),
            s.ldc(),
            s.batch(),
            s.strideA(),
            s.strideB(),
            s.strideC(),
            s.accumulate());
    try (DeviceArrays arrays = new DeviceArrays(CudaDevice.backend(), random.nextInt(16))) {
      DeviceArrays.Array result = arrays.of(c.c);
      long to = row * s.ldc() + column;
      CudaDevice.backend()
          .gemm()
          .multiply(
              part,
              arrays.of(c.a).address() + 4 * row * (s.transposeA() ? 1 : s.lda()),
              arrays.of(c.b).address() + 4 * column * (s.transposeB() ? s.ldb() : 1),
              c.bias == null ? 0 : arrays.of(c.bias).address() + 4L * column,
              result.address() + 4 * to);
      float[] alone = result.floats();
      for (int entry = 0; entry < s.batch(); entry++) {
        for (int i = 0; i < rows; i++) {
          for (int j = 0; j < columns; j++) {
            int at = (int) (entry * s.strideC() + to + i * s.ldc() + j);
            assertEquals(
                Float.floatToRawIntBits(all[at]), Float.floatToRawIntBits(alone[at]), s + " " + at);
          }
        }
      }
    }
  }
}
