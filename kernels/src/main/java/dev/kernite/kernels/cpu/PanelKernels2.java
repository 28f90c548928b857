package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.ALL;
import static dev.kernite.kernels.cpu.RawMemory.FLOAT;
import static dev.kernite.kernels.cpu.RawMemory.LITTLE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Matrix-product kernels, up to six rows by two vectors: {@code C = A B} for a panel B of {@link
 * #WIDTH} columns. For vectors of 128 and 256 bits, whose machines may have 16 registers: 12
 * accumulators, 2 vectors of B and one of A.
 *
 * <p>The kernels are flat on purpose. The JIT stops inlining in methods of this size, so a helper
 * method would be called and its vectors boxed (18 times slower); an accumulator that does not
 * start as zero, or a branch in the loop, can keep the method from being compiled at all.
 */
final class PanelKernels2 {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final long BYTES = S.vectorByteSize();

  /** Columns of a panel. */
  static final int WIDTH = 2 * S.length();

  private PanelKernels2() {}

  /**
   * Computes {@code c[r, j] = sum over s of a[r, s] b[s, j]}, each a chain of fused multiply-adds
   * from zero in ascending s.
   *
   * @param rows 1 to 6
   * @param a first value of A
   * @param aRow bytes from one row of A to the next
   * @param aStep bytes from one summand of A to the next
   * @param b first row of the panel
   * @param bStep bytes from one row of the panel to the next
   * @param c result
   * @param cRow bytes from one row of C to the next
   * @param k summands
   */
  static void multiply(
      int rows, long a, long aRow, long aStep, long b, long bStep, long c, long cRow, int k) {
    switch (rows) {
      case 1 -> rows1(a, aRow, aStep, b, bStep, c, cRow, k);
      case 2 -> rows2(a, aRow, aStep, b, bStep, c, cRow, k);
      case 3 -> rows3(a, aRow, aStep, b, bStep, c, cRow, k);
      case 4 -> rows4(a, aRow, aStep, b, bStep, c, cRow, k);
      case 5 -> rows5(a, aRow, aStep, b, bStep, c, cRow, k);
      default -> rows6(a, aRow, aStep, b, bStep, c, cRow, k);
    }
  }

  private static void rows6(
      long a, long aRow, long aStep, long b, long bStep, long c, long cRow, int k) {
    long a2 = 2 * aRow;
    long a3 = 3 * aRow;
    long a4 = 4 * aRow;
    long a5 = 5 * aRow;
    FloatVector c00 = FloatVector.zero(S);
    FloatVector c01 = FloatVector.zero(S);
    FloatVector c10 = FloatVector.zero(S);
    FloatVector c11 = FloatVector.zero(S);
    FloatVector c20 = FloatVector.zero(S);
    FloatVector c21 = FloatVector.zero(S);
    FloatVector c30 = FloatVector.zero(S);
    FloatVector c31 = FloatVector.zero(S);
    FloatVector c40 = FloatVector.zero(S);
    FloatVector c41 = FloatVector.zero(S);
    FloatVector c50 = FloatVector.zero(S);
    FloatVector c51 = FloatVector.zero(S);
    for (int step = 0; step < k; step++) {
      FloatVector b0 = FloatVector.fromMemorySegment(S, ALL, b, LITTLE);
      FloatVector b1 = FloatVector.fromMemorySegment(S, ALL, b + BYTES, LITTLE);
      FloatVector x0 = FloatVector.broadcast(S, ALL.get(FLOAT, a));
      c00 = x0.fma(b0, c00);
      c01 = x0.fma(b1, c01);
      FloatVector x1 = FloatVector.broadcast(S, ALL.get(FLOAT, a + aRow));
      c10 = x1.fma(b0, c10);
      c11 = x1.fma(b1, c11);
      FloatVector x2 = FloatVector.broadcast(S, ALL.get(FLOAT, a + a2));
      c20 = x2.fma(b0, c20);
      c21 = x2.fma(b1, c21);
      FloatVector x3 = FloatVector.broadcast(S, ALL.get(FLOAT, a + a3));
      c30 = x3.fma(b0, c30);
      c31 = x3.fma(b1, c31);
      FloatVector x4 = FloatVector.broadcast(S, ALL.get(FLOAT, a + a4));
      c40 = x4.fma(b0, c40);
      c41 = x4.fma(b1, c41);
      FloatVector x5 = FloatVector.broadcast(S, ALL.get(FLOAT, a + a5));
      c50 = x5.fma(b0, c50);
      c51 = x5.fma(b1, c51);
      a += aStep;
      b += bStep;
    }
    c00.intoMemorySegment(ALL, c, LITTLE);
    c01.intoMemorySegment(ALL, c + BYTES, LITTLE);
    c10.intoMemorySegment(ALL, c + cRow, LITTLE);
    c11.intoMemorySegment(ALL, c + cRow + BYTES, LITTLE);
    c20.intoMemorySegment(ALL, c + 2 * cRow, LITTLE);
    c21.intoMemorySegment(ALL, c + 2 * cRow + BYTES, LITTLE);
    c30.intoMemorySegment(ALL, c + 3 * cRow, LITTLE);
    c31.intoMemorySegment(ALL, c + 3 * cRow + BYTES, LITTLE);
    c40.intoMemorySegment(ALL, c + 4 * cRow, LITTLE);
    c41.intoMemorySegment(ALL, c + 4 * cRow + BYTES, LITTLE);
    c50.intoMemorySegment(ALL, c + 5 * cRow, LITTLE);
    c51.intoMemorySegment(ALL, c + 5 * cRow + BYTES, LITTLE);
  }

  private static void rows5(
      long a, long aRow, long aStep, long b, long bStep, long c, long cRow, int k) {
    long a2 = 2 * aRow;
    long a3 = 3 * aRow;
    long a4 = 4 * aRow;
    FloatVector c00 = FloatVector.zero(S);
    FloatVector c01 = FloatVector.zero(S);
    FloatVector c10 = FloatVector.zero(S);
    FloatVector c11 = FloatVector.zero(S);
    FloatVector c20 = FloatVector.zero(S);
    FloatVector c21 = FloatVector.zero(S);
    FloatVector c30 = FloatVector.zero(S);
    FloatVector c31 = FloatVector.zero(S);
    FloatVector c40 = FloatVector.zero(S);
    FloatVector c41 = FloatVector.zero(S);
    for (int step = 0; step < k; step++) {
      FloatVector b0 = FloatVector.fromMemorySegment(S, ALL, b, LITTLE);
      FloatVector b1 = FloatVector.fromMemorySegment(S, ALL, b + BYTES, LITTLE);
      FloatVector x0 = FloatVector.broadcast(S, ALL.get(FLOAT, a));
      c00 = x0.fma(b0, c00);
      c01 = x0.fma(b1, c01);
      FloatVector x1 = FloatVector.broadcast(S, ALL.get(FLOAT, a + aRow));
      c10 = x1.fma(b0, c10);
      c11 = x1.fma(b1, c11);
      FloatVector x2 = FloatVector.broadcast(S, ALL.get(FLOAT, a + a2));
      c20 = x2.fma(b0, c20);
      c21 = x2.fma(b1, c21);
      FloatVector x3 = FloatVector.broadcast(S, ALL.get(FLOAT, a + a3));
      c30 = x3.fma(b0, c30);
      c31 = x3.fma(b1, c31);
      FloatVector x4 = FloatVector.broadcast(S, ALL.get(FLOAT, a + a4));
      c40 = x4.fma(b0, c40);
      c41 = x4.fma(b1, c41);
      a += aStep;
      b += bStep;
    }
    c00.intoMemorySegment(ALL, c, LITTLE);
    c01.intoMemorySegment(ALL, c + BYTES, LITTLE);
    c10.intoMemorySegment(ALL, c + cRow, LITTLE);
    c11.intoMemorySegment(ALL, c + cRow + BYTES, LITTLE);
    c20.intoMemorySegment(ALL, c + 2 * cRow, LITTLE);
    c21.intoMemorySegment(ALL, c + 2 * cRow + BYTES, LITTLE);
    c30.intoMemorySegment(ALL, c + 3 * cRow, LITTLE);
    c31.intoMemorySegment(ALL, c + 3 * cRow + BYTES, LITTLE);
    c40.intoMemorySegment(ALL, c + 4 * cRow, LITTLE);
    c41.intoMemorySegment(ALL, c + 4 * cRow + BYTES, LITTLE);
  }

  private static void rows4(
      long a, long aRow, long aStep, long b, long bStep, long c, long cRow, int k) {
    long a2 = 2 * aRow;
    long a3 = 3 * aRow;
    FloatVector c00 = FloatVector.zero(S);
    FloatVector c01 = FloatVector.zero(S);
    FloatVector c10 = FloatVector.zero(S);
    FloatVector c11 = FloatVector.zero(S);
    FloatVector c20 = FloatVector.zero(S);
    FloatVector c21 = FloatVector.zero(S);
    FloatVector c30 = FloatVector.zero(S);
    FloatVector c31 = FloatVector.zero(S);
    for (int step = 0; step < k; step++) {
      FloatVector b0 = FloatVector.fromMemorySegment(S, ALL, b, LITTLE);
      FloatVector b1 = FloatVector.fromMemorySegment(S, ALL, b + BYTES, LITTLE);
      FloatVector x0 = FloatVector.broadcast(S, ALL.get(FLOAT, a));
      c00 = x0.fma(b0, c00);
      c01 = x0.fma(b1, c01);
      FloatVector x1 = FloatVector.broadcast(S, ALL.get(FLOAT, a + aRow));
      c10 = x1.fma(b0, c10);
      c11 = x1.fma(b1, c11);
      FloatVector x2 = FloatVector.broadcast(S, ALL.get(FLOAT, a + a2));
      c20 = x2.fma(b0, c20);
      c21 = x2.fma(b1, c21);
      FloatVector x3 = FloatVector.broadcast(S, ALL.get(FLOAT, a + a3));
      c30 = x3.fma(b0, c30);
      c31 = x3.fma(b1, c31);
      a += aStep;
      b += bStep;
    }
    c00.intoMemorySegment(ALL, c, LITTLE);
    c01.intoMemorySegment(ALL, c + BYTES, LITTLE);
    c10.intoMemorySegment(ALL, c + cRow, LITTLE);
    c11.intoMemorySegment(ALL, c + cRow + BYTES, LITTLE);
    c20.intoMemorySegment(ALL, c + 2 * cRow, LITTLE);
    c21.intoMemorySegment(ALL, c + 2 * cRow + BYTES, LITTLE);
    c30.intoMemorySegment(ALL, c + 3 * cRow, LITTLE);
    c31.intoMemorySegment(ALL, c + 3 * cRow + BYTES, LITTLE);
  }

  private static void rows3(
      long a, long aRow, long aStep, long b, long bStep, long c, long cRow, int k) {
    long a2 = 2 * aRow;
    FloatVector c00 = FloatVector.zero(S);
    FloatVector c01 = FloatVector.zero(S);
    FloatVector c10 = FloatVector.zero(S);
    FloatVector c11 = FloatVector.zero(S);
    FloatVector c20 = FloatVector.zero(S);
    FloatVector c21 = FloatVector.zero(S);
    for (int step = 0; step < k; step++) {
      FloatVector b0 = FloatVector.fromMemorySegment(S, ALL, b, LITTLE);
      FloatVector b1 = FloatVector.fromMemorySegment(S, ALL, b + BYTES, LITTLE);
      FloatVector x0 = FloatVector.broadcast(S, ALL.get(FLOAT, a));
      c00 = x0.fma(b0, c00);
      c01 = x0.fma(b1, c01);
      FloatVector x1 = FloatVector.broadcast(S, ALL.get(FLOAT, a + aRow));
      c10 = x1.fma(b0, c10);
      c11 = x1.fma(b1, c11);
      FloatVector x2 = FloatVector.broadcast(S, ALL.get(FLOAT, a + a2));
      c20 = x2.fma(b0, c20);
      c21 = x2.fma(b1, c21);
      a += aStep;
      b += bStep;
    }
    c00.intoMemorySegment(ALL, c, LITTLE);
    c01.intoMemorySegment(ALL, c + BYTES, LITTLE);
    c10.intoMemorySegment(ALL, c + cRow, LITTLE);
    c11.intoMemorySegment(ALL, c + cRow + BYTES, LITTLE);
    c20.intoMemorySegment(ALL, c + 2 * cRow, LITTLE);
    c21.intoMemorySegment(ALL, c + 2 * cRow + BYTES, LITTLE);
  }

  private static void rows2(
      long a, long aRow, long aStep, long b, long bStep, long c, long cRow, int k) {
    FloatVector c00 = FloatVector.zero(S);
    FloatVector c01 = FloatVector.zero(S);
    FloatVector c10 = FloatVector.zero(S);
    FloatVector c11 = FloatVector.zero(S);
    for (int step = 0; step < k; step++) {
      FloatVector b0 = FloatVector.fromMemorySegment(S, ALL, b, LITTLE);
      FloatVector b1 = FloatVector.fromMemorySegment(S, ALL, b + BYTES, LITTLE);
      FloatVector x0 = FloatVector.broadcast(S, ALL.get(FLOAT, a));
      c00 = x0.fma(b0, c00);
      c01 = x0.fma(b1, c01);
      FloatVector x1 = FloatVector.broadcast(S, ALL.get(FLOAT, a + aRow));
      c10 = x1.fma(b0, c10);
      c11 = x1.fma(b1, c11);
      a += aStep;
      b += bStep;
    }
    c00.intoMemorySegment(ALL, c, LITTLE);
    c01.intoMemorySegment(ALL, c + BYTES, LITTLE);
    c10.intoMemorySegment(ALL, c + cRow, LITTLE);
    c11.intoMemorySegment(ALL, c + cRow + BYTES, LITTLE);
  }

  private static void rows1(
      long a, long aRow, long aStep, long b, long bStep, long c, long cRow, int k) {
    FloatVector c00 = FloatVector.zero(S);
    FloatVector c01 = FloatVector.zero(S);
    for (int step = 0; step < k; step++) {
      FloatVector b0 = FloatVector.fromMemorySegment(S, ALL, b, LITTLE);
      FloatVector b1 = FloatVector.fromMemorySegment(S, ALL, b + BYTES, LITTLE);
      FloatVector x0 = FloatVector.broadcast(S, ALL.get(FLOAT, a));
      c00 = x0.fma(b0, c00);
      c01 = x0.fma(b1, c01);
      a += aStep;
      b += bStep;
    }
    c00.intoMemorySegment(ALL, c, LITTLE);
    c01.intoMemorySegment(ALL, c + BYTES, LITTLE);
  }
}
