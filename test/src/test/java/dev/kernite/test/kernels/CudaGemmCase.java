package dev.kernite.test.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import dev.kernite.kernels.Gemm;
import java.util.Random;

/**
 * A matrix product on a CUDA device with its operands, drawn around what the kernels are cut into.
 *
 * @param addressShift bytes that the operands lie beyond an aligned address
 */
record CudaGemmCase(
    Gemm.Shape shape, float[] a, float[] b, float[] bias, float[] c, int addressShift) {
  private static final double UNIT = 0x1p-24; // unit roundoff of float32
  private static final long MOST_PRODUCTS = 400_000; // kernels run on the CPU here

  /** Around the tiles (32, 64, 128), the few rows of gemv.cu (8) and its groups of rows (4). */
  private static final int[] SIDES = {1, 2, 3, 4, 5, 7, 8, 9, 16, 31, 32, 33, 63, 64, 65, 129, 130};

  /** Around quads, steps (16) and chunks (64) along k. */
  private static final int[] INNER = {0, 1, 2, 3, 4, 15, 16, 17, 33, 63, 64, 65, 128, 129, 200};

  /** Draws one; {@code exact} has small integers as operands. */
  static CudaGemmCase draw(Random random, boolean exact) {
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
    return new CudaGemmCase(
        shape, values[0], values[1], biased ? values[2] : null, values[3], random.nextInt(16));
  }

  private int a(long entry, long row, long s) {
    long at = shape.transposeA() ? s * shape.lda() + row : row * shape.lda() + s;
    return (int) (entry * shape.strideA() + at);
  }

  private int b(long entry, long s, long column) {
    long at = shape.transposeB() ? column * shape.ldb() + s : s * shape.ldb() + column;
    return (int) (entry * shape.strideB() + at);
  }

  /** C after the product. */
  float[] multiply(Gemm gemm) {
    try (DeviceArrays arrays = new DeviceArrays(CudaDevice.backend(), addressShift)) {
      DeviceArrays.Array result = arrays.of(c);
      gemm.multiply(
          shape,
          arrays.of(a).address(),
          arrays.of(b).address(),
          bias == null ? 0 : arrays.of(bias).address(),
          result.address());
      return result.floats();
    }
  }

  /** What becomes of an operand before it is multiplied. */
  @FunctionalInterface
  interface Rounding {
    /** The value that counts. */
    float of(float operand);
  }

  /**
   * Compares all of C, gaps included, with float64. Roundings add up like a random walk; so many
   * deviations.
   */
  void check(Gemm gemm, Rounding rounding, double deviations) {
    float[] actual = multiply(gemm);
    double factor = deviations * Math.sqrt(Math.max(1, shape.k())) * UNIT;
    for (int at = 0; at < actual.length; at++) {
      long entry = at / shape.strideC();
      long row = at % shape.strideC() / shape.ldc();
      long column = at % shape.strideC() % shape.ldc();
      double expected = c[at];
      double magnitude = 0;
      if (column < shape.n()) {
        expected = shape.accumulate() ? c[at] : bias != null ? bias[(int) column] : 0;
        magnitude = Math.abs(expected);
        for (long i = 0; i < shape.k(); i++) {
          double left = rounding.of(a[a(entry, row, i)]);
          double product = left * rounding.of(b[b(entry, i, column)]);
          expected += product;
          magnitude += Math.abs(product);
        }
      }
      if (!(Math.abs(actual[at] - expected) <= factor * magnitude)) {
        fail("%s: C[%d] = %s, expected %s".formatted(shape, at, actual[at], expected));
      }
    }
  }

  /**
   * A part of C computed alone, of other numbers of rows and columns and so by other kernels, must
   * have the bits that it has among others.
   */
  void checkPart(Gemm gemm, Random random) {
    Gemm.Shape s = shape;
    int rows = 1 + random.nextInt((int) (random.nextBoolean() ? Math.min(8, s.m()) : s.m()));
    int columns = 1 + random.nextInt((int) s.n());
    int row = random.nextInt((int) s.m() - rows + 1);
    int column = random.nextInt((int) s.n() - columns + 1);
    float[] all = multiply(gemm);
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
      DeviceArrays.Array result = arrays.of(c);
      long to = row * s.ldc() + column;
      gemm.multiply(
          part,
          arrays.of(a).address() + 4 * row * (s.transposeA() ? 1 : s.lda()),
          arrays.of(b).address() + 4 * column * (s.transposeB() ? s.ldb() : 1),
          bias == null ? 0 : arrays.of(bias).address() + 4L * column,
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
