package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.ALL;
import static dev.kernite.kernels.cpu.RawMemory.FLOAT;
import static dev.kernite.kernels.cpu.RawMemory.LITTLE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Dot products of one row with 16 rows of a matrix, one a lane, for vectors of 512 bits: blocks of
 * 16 by 16 values are transposed in registers as in {@link Transpose16} and used at once, so that
 * the matrix is read once, as it lies, and each sum still runs in ascending order. Flat for the
 * same reason as {@link PanelKernels4}.
 */
final class Dot16 {
  private static final VectorSpecies<Integer> S = IntVector.SPECIES_512;
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_512;

  /** Rows of the matrix, and summands, that are taken at a time. */
  static final int BLOCK = 16;

  private Dot16() {}

  /**
   * Computes {@code c[j] = sum over s of a[s] b[j, s]} for 16 rows j, each a chain of fused
   * multiply-adds from zero in ascending s.
   *
   * @param a the row
   * @param b the matrix
   * @param bRow bytes from one row of the matrix to the next
   * @param c 16 results
   * @param k summands, a multiple of 16
   */
  static void multiply(long a, long b, long bRow, long c, int k) {

    IntVector low8 = IntVector.fromArray(S, Transpose16.LOW_8, 0);
    IntVector high8 = IntVector.fromArray(S, Transpose16.HIGH_8, 0);
    IntVector low4 = IntVector.fromArray(S, Transpose16.LOW_4, 0);
    IntVector high4 = IntVector.fromArray(S, Transpose16.HIGH_4, 0);
    IntVector low2 = IntVector.fromArray(S, Transpose16.LOW_2, 0);
    IntVector high2 = IntVector.fromArray(S, Transpose16.HIGH_2, 0);
    IntVector low1 = IntVector.fromArray(S, Transpose16.LOW_1, 0);
    IntVector high1 = IntVector.fromArray(S, Transpose16.HIGH_1, 0);
    FloatVector sum = FloatVector.zero(F);
    for (int step = 0; step < k; step += BLOCK) {
      IntVector r0 = IntVector.fromMemorySegment(S, ALL, b, LITTLE);
      IntVector r1 = IntVector.fromMemorySegment(S, ALL, b + bRow, LITTLE);
      IntVector r2 = IntVector.fromMemorySegment(S, ALL, b + 2 * bRow, LITTLE);
      IntVector r3 = IntVector.fromMemorySegment(S, ALL, b + 3 * bRow, LITTLE);
      IntVector r4 = IntVector.fromMemorySegment(S, ALL, b + 4 * bRow, LITTLE);
      IntVector r5 = IntVector.fromMemorySegment(S, ALL, b + 5 * bRow, LITTLE);
      IntVector r6 = IntVector.fromMemorySegment(S, ALL, b + 6 * bRow, LITTLE);
      IntVector r7 = IntVector.fromMemorySegment(S, ALL, b + 7 * bRow, LITTLE);
      IntVector r8 = IntVector.fromMemorySegment(S, ALL, b + 8 * bRow, LITTLE);
      IntVector r9 = IntVector.fromMemorySegment(S, ALL, b + 9 * bRow, LITTLE);
      IntVector r10 = IntVector.fromMemorySegment(S, ALL, b + 10 * bRow, LITTLE);
      IntVector r11 = IntVector.fromMemorySegment(S, ALL, b + 11 * bRow, LITTLE);
      IntVector r12 = IntVector.fromMemorySegment(S, ALL, b + 12 * bRow, LITTLE);
      IntVector r13 = IntVector.fromMemorySegment(S, ALL, b + 13 * bRow, LITTLE);
      IntVector r14 = IntVector.fromMemorySegment(S, ALL, b + 14 * bRow, LITTLE);
      IntVector r15 = IntVector.fromMemorySegment(S, ALL, b + 15 * bRow, LITTLE);
      IntVector s0 = low8.selectFrom(r0, r8);
      IntVector s8 = high8.selectFrom(r0, r8);
      IntVector s1 = low8.selectFrom(r1, r9);
      IntVector s9 = high8.selectFrom(r1, r9);
      IntVector s2 = low8.selectFrom(r2, r10);
      IntVector s10 = high8.selectFrom(r2, r10);
      IntVector s3 = low8.selectFrom(r3, r11);
      IntVector s11 = high8.selectFrom(r3, r11);
      IntVector s4 = low8.selectFrom(r4, r12);
      IntVector s12 = high8.selectFrom(r4, r12);
      IntVector s5 = low8.selectFrom(r5, r13);
      IntVector s13 = high8.selectFrom(r5, r13);
      IntVector s6 = low8.selectFrom(r6, r14);
      IntVector s14 = high8.selectFrom(r6, r14);
      IntVector s7 = low8.selectFrom(r7, r15);
      IntVector s15 = high8.selectFrom(r7, r15);
      IntVector t0 = low4.selectFrom(s0, s4);
      IntVector t4 = high4.selectFrom(s0, s4);
      IntVector t1 = low4.selectFrom(s1, s5);
      IntVector t5 = high4.selectFrom(s1, s5);
      IntVector t2 = low4.selectFrom(s2, s6);
      IntVector t6 = high4.selectFrom(s2, s6);
      IntVector t3 = low4.selectFrom(s3, s7);
      IntVector t7 = high4.selectFrom(s3, s7);
      IntVector t8 = low4.selectFrom(s8, s12);
      IntVector t12 = high4.selectFrom(s8, s12);
      IntVector t9 = low4.selectFrom(s9, s13);
      IntVector t13 = high4.selectFrom(s9, s13);
      IntVector t10 = low4.selectFrom(s10, s14);
      IntVector t14 = high4.selectFrom(s10, s14);
      IntVector t11 = low4.selectFrom(s11, s15);
      IntVector t15 = high4.selectFrom(s11, s15);
      IntVector u0 = low2.selectFrom(t0, t2);
      IntVector u2 = high2.selectFrom(t0, t2);
      IntVector u1 = low2.selectFrom(t1, t3);
      IntVector u3 = high2.selectFrom(t1, t3);
      IntVector u4 = low2.selectFrom(t4, t6);
      IntVector u6 = high2.selectFrom(t4, t6);
      IntVector u5 = low2.selectFrom(t5, t7);
      IntVector u7 = high2.selectFrom(t5, t7);
      IntVector u8 = low2.selectFrom(t8, t10);
      IntVector u10 = high2.selectFrom(t8, t10);
      IntVector u9 = low2.selectFrom(t9, t11);
      IntVector u11 = high2.selectFrom(t9, t11);
      IntVector u12 = low2.selectFrom(t12, t14);
      IntVector u14 = high2.selectFrom(t12, t14);
      IntVector u13 = low2.selectFrom(t13, t15);
      IntVector u15 = high2.selectFrom(t13, t15);
      IntVector v0 = low1.selectFrom(u0, u1);
      IntVector v1 = high1.selectFrom(u0, u1);
      IntVector v2 = low1.selectFrom(u2, u3);
      IntVector v3 = high1.selectFrom(u2, u3);
      IntVector v4 = low1.selectFrom(u4, u5);
      IntVector v5 = high1.selectFrom(u4, u5);
      IntVector v6 = low1.selectFrom(u6, u7);
      IntVector v7 = high1.selectFrom(u6, u7);
      IntVector v8 = low1.selectFrom(u8, u9);
      IntVector v9 = high1.selectFrom(u8, u9);
      IntVector v10 = low1.selectFrom(u10, u11);
      IntVector v11 = high1.selectFrom(u10, u11);
      IntVector v12 = low1.selectFrom(u12, u13);
      IntVector v13 = high1.selectFrom(u12, u13);
      IntVector v14 = low1.selectFrom(u14, u15);
      IntVector v15 = high1.selectFrom(u14, u15);
      sum = v0.reinterpretAsFloats().fma(FloatVector.broadcast(F, ALL.get(FLOAT, a)), sum);
      sum = v1.reinterpretAsFloats().fma(FloatVector.broadcast(F, ALL.get(FLOAT, a + 4)), sum);
      sum = v2.reinterpretAsFloats().fma(FloatVector.broadcast(F, ALL.get(FLOAT, a + 8)), sum);
      sum = v3.reinterpretAsFloats().fma(FloatVector.broadcast(F, ALL.get(FLOAT, a + 12)), sum);
      sum = v4.reinterpretAsFloats().fma(FloatVector.broadcast(F, ALL.get(FLOAT, a + 16)), sum);
      sum = v5.reinterpretAsFloats().fma(FloatVector.broadcast(F, ALL.get(FLOAT, a + 20)), sum);
      sum = v6.reinterpretAsFloats().fma(FloatVector.broadcast(F, ALL.get(FLOAT, a + 24)), sum);
      sum = v7.reinterpretAsFloats().fma(FloatVector.broadcast(F, ALL.get(FLOAT, a + 28)), sum);
      sum = v8.reinterpretAsFloats().fma(FloatVector.broadcast(F, ALL.get(FLOAT, a + 32)), sum);
      sum = v9.reinterpretAsFloats().fma(FloatVector.broadcast(F, ALL.get(FLOAT, a + 36)), sum);
      sum = v10.reinterpretAsFloats().fma(FloatVector.broadcast(F, ALL.get(FLOAT, a + 40)), sum);
      sum = v11.reinterpretAsFloats().fma(FloatVector.broadcast(F, ALL.get(FLOAT, a + 44)), sum);
      sum = v12.reinterpretAsFloats().fma(FloatVector.broadcast(F, ALL.get(FLOAT, a + 48)), sum);
      sum = v13.reinterpretAsFloats().fma(FloatVector.broadcast(F, ALL.get(FLOAT, a + 52)), sum);
      sum = v14.reinterpretAsFloats().fma(FloatVector.broadcast(F, ALL.get(FLOAT, a + 56)), sum);
      sum = v15.reinterpretAsFloats().fma(FloatVector.broadcast(F, ALL.get(FLOAT, a + 60)), sum);
      a += 4 * BLOCK;
      b += 4 * BLOCK;
    }
    sum.intoMemorySegment(ALL, c, LITTLE);
  }
}
