package dev.kernite.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.kernels.Gemm;
import dev.kernite.kernels.KernelException;
import dev.kernite.kernels.Memory.Buffer;
import dev.kernite.kernels.PackedGemm;
import dev.kernite.kernels.WeightType;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** In the package of {@link RowGroups}, which is not public. */
final class RowGroupsTest {
  private static final float GUARD = -12345;
  private static final int[] SUMMANDS = {1, 2, 15, 16, 17, 31, 32, 33, 47, 48, 63, 64, 100, 513};

  /** Parts are packed from the last to the first: one that wrote on would spoil the next. */
  @ParameterizedTest
  @CsvSource({"false, 6", "true, 6", "false, 4", "true, 4"})
  void aPartIsWrittenToItsPlaceAndNowhereElse(boolean transposed, int tileRows) {
    try (HostMemory memory = new HostMemory(64 << 20, false)) {
      for (int rows : new int[] {1, 2, 3, 5, 6, 7, 11, 12, 13, 17, 23, 90, 96}) {
        for (int k : SUMMANDS) {
          for (int after : new int[] {0, 3, 20}) {
            float[] a = values(new Random(rows * k), (rows + after) * k);
            long address = copied(memory, a);
            long aRow = transposed ? 4 : 4L * k;
            long aStep = transposed ? 4L * (rows + after) : 4;
            float[] packed = new float[7 + rows * k + 5];
            Arrays.fill(packed, GUARD);
            int part = k > 64 ? 48 : 32;
            for (int from = (k - 1) / part * part; from >= 0; from -= part) {
              int count = Math.min(part, k - from);
              RowGroups.pack(address, aRow, aStep, rows, k, from, count, tileRows, packed, 7);
            }
            assertArrayEquals(
                expected(a, rows, k, (int) aRow / 4, (int) aStep / 4, tileRows),
                packed,
                rows + " x " + k);
            released(memory, address, a);
          }
        }
      }
    }
  }

  private static float[] expected(float[] a, int rows, int k, int aRow, int aStep, int tileRows) {
    float[] packed = new float[7 + rows * k + 5];
    Arrays.fill(packed, GUARD);
    int at = 7;
    for (int i = 0; i < rows; ) {
      int group = Tiles.nextRows(rows - i, tileRows);
      for (int s = 0; s < k; s++) {
        for (int r = 0; r < group; r++) {
          packed[at++] = a[(i + r) * aRow + s * aStep];
        }
      }
      i += group;
    }
    return packed;
  }

  @Test
  void takesWholeBlocksOfShortRowsAndFewVeryLongOnes() {
    try (Workers workers = new Workers(1)) {
      RowGroups groups = new RowGroups(workers, 1000);
      assertEquals(960, groups.atATime(0));
      assertEquals(288, groups.atATime(3));
      assertEquals(96, groups.atATime(40));
      assertEquals(6, groups.atATime(600));
      assertEquals(1, groups.atATime(5000));
      assertEquals(1, groups.atATime(1L << 40));
    }
  }

  @Test
  void refusesARowThatNoArrayHolds() {
    try (Workers workers = new Workers(1)) {
      Gemm.Shape s = Gemm.Shape.dense(false, false, 1, 1, 1L << 31);
      KernelException e =
          assertThrows(
              KernelException.class,
              () -> new RowGroups(workers).pack(GemmProduct.of(s, 0, 0, 0, 0, 0)));
      assertTrue(e.getMessage().contains("2147483648 summands"), e.getMessage());
    }
  }

  /** The first products of a process find few kernels compiled and take fewer rows at a time. */
  @Test
  void productsWhileKernelsAreCompiledHaveTheSameBits() {
    WarmUp.start();
    productsInPartsHaveTheSameBits(2);
  }

  /** With small arrays a product is cut into many parts, also inside the tasks of a batch. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void productsInPartsHaveTheSameBits(int threads) {
    try (Workers workers = new Workers(threads);
        HostMemory memory = new HostMemory(256 << 20, true)) {
      Gemm vector = new VectorGemm(workers, memory, new RowGroups(workers, 1000));
      Gemm plain = new ScalarGemm(workers, memory);
      for (int form = 0; form < 8; form++) {
        boolean transposeA = (form & 1) != 0;
        boolean transposeB = (form & 2) != 0;
        for (int[] size : new int[][] {{290, 33, 3}, {100, 65, 40}, {13, 70, 600}, {3, 9, 2000}}) {
          Gemm.Shape one = Gemm.Shape.dense(transposeA, transposeB, size[0], size[1], size[2]);
          Gemm.Shape s = one.batched(10, one.m() * one.k(), one.k() * one.n(), one.m() * one.n());
          s = (form & 4) != 0 ? s.accumulating() : s;
          assertArrayEquals(
              product(memory, plain, s), product(memory, vector, s), s + " " + threads);
          Gemm.Shape alone = (form & 4) != 0 ? one.accumulating() : one;
          assertArrayEquals(
              product(memory, plain, alone), product(memory, vector, alone), alone.toString());
        }
      }
      assertEquals(0, memory.bytesInUse());
    }
  }

  private static int[] product(HostMemory memory, Gemm gemm, Gemm.Shape s) {
    Random random = new Random(7);
    int batch = (int) s.batch();
    float[] a = values(random, (int) (batch * s.m() * s.k()));
    float[] b = values(random, (int) (batch * s.k() * s.n()));
    float[] c = values(random, (int) (batch * s.m() * s.n()));
    long[] at = {copied(memory, a), copied(memory, b), copied(memory, c)};
    gemm.multiply(s, at[0], at[1], 0, at[2]);
    int[] bits = new int[c.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = RawMemory.getInt(at[2] + 4L * i);
    }
    released(memory, at[0], a);
    released(memory, at[1], b);
    released(memory, at[2], c);
    return bits;
  }

  @Test
  void packedProductsInPartsHaveTheSameBits() {
    try (Workers workers = new Workers(2);
        HostMemory memory = new HostMemory(64 << 20, true)) {
      PackedGemm whole = new VectorPackedGemm(workers, memory, new RowGroups(workers));
      PackedGemm parts = new VectorPackedGemm(workers, memory, new RowGroups(workers, 1000));
      for (int[] size : new int[][] {{290, 33, 3}, {100, 65, 40}, {13, 70, 600}, {2, 9, 5000}}) {
        int m = size[0];
        int n = size[1];
        int k = size[2];
        var packed = memory.allocate(whole.bytes(WeightType.BFLOAT16, k, n));
        var b = new PackedGemm.Matrix(WeightType.BFLOAT16, k, n, packed.address());
        float[] weights = values(new Random(3), k * n);
        float[] a = values(new Random(4), m * k);
        float[] bias = values(new Random(5), n);
        long w = copied(memory, weights);
        long x = copied(memory, a);
        long offsets = copied(memory, bias);
        whole.pack(WeightType.FLOAT32, w, false, b);
        var y = memory.allocate(4L * m * n);
        var z = memory.allocate(4L * m * n);
        whole.multiply(b, m, x, k, offsets, null, y.address());
        parts.multiply(b, m, x, k, offsets, null, z.address());
        for (long i = 0; i < (long) m * n; i++) {
          assertEquals(
              RawMemory.getInt(y.address() + 4 * i), RawMemory.getInt(z.address() + 4 * i));
        }
        released(memory, w, weights);
        released(memory, x, a);
        released(memory, offsets, bias);
        memory.release(packed);
        memory.release(y);
        memory.release(z);
      }
      assertEquals(0, memory.bytesInUse());
    }
  }

  private static float[] values(Random random, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static long copied(HostMemory memory, float[] values) {
    long address = memory.allocate(4L * values.length).address();
    for (int i = 0; i < values.length; i++) {
      RawMemory.putFloat(address + 4L * i, values[i]);
    }
    return address;
  }

  private static void released(HostMemory memory, long address, float[] values) {
    memory.release(new Buffer(address, 4L * values.length, true));
  }
}
