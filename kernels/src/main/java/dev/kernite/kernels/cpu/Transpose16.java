package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.ALL;
import static dev.kernite.kernels.cpu.RawMemory.LITTLE;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Transposes blocks of 16 by 16 values in registers, for vectors of 512 bits: in four steps, each
 * of which swaps the off-diagonal quarters of all blocks of twice 8, 4, 2 and 1 rows (Eklundh
 * 1972). Flat for the same reason as {@link PanelKernels4}.
 */
final class Transpose16 {
  private static final VectorSpecies<Integer> S = IntVector.SPECIES_512;

  // Lane j of the upper row of a pair with distance h: its own lane j, or lane j - h of the lower
  // row.
  static final int[] LOW_8 = low(8);
  static final int[] LOW_4 = low(4);
  static final int[] LOW_2 = low(2);
  static final int[] LOW_1 = low(1);
  // Lane j of the lower row: lane j + h of the upper row, or its own lane j.
  static final int[] HIGH_8 = high(8);
  static final int[] HIGH_4 = high(4);
  static final int[] HIGH_2 = high(2);
  static final int[] HIGH_1 = high(1);

  private Transpose16() {}

  private static int[] low(int h) {
    int[] from = new int[16];
    for (int j = 0; j < 16; j++) {
      from[j] = (j & h) == 0 ? j : 16 + j - h;
    }
    return from;
  }

  private static int[] high(int h) {
    int[] from = new int[16];
    for (int j = 0; j < 16; j++) {
      from[j] = (j & h) == 0 ? j + h : 16 + j;
    }
    return from;
  }

  /**
   * Writes {@code target[j, i] = source[i, j]} for i, j below 16.
   *
   * @param sourceRow bytes from one row of the source to the next
   * @param targetRow bytes from one row of the target to the next
   */
  static void block(long source, long sourceRow, long target, long targetRow) {
    IntVector low8 = IntVector.fromArray(S, LOW_8, 0);
    IntVector high8 = IntVector.fromArray(S, HIGH_8, 0);
    IntVector low4 = IntVector.fromArray(S, LOW_4, 0);
    IntVector high4 = IntVector.fromArray(S, HIGH_4, 0);
    IntVector low2 = IntVector.fromArray(S, LOW_2, 0);
    IntVector high2 = IntVector.fromArray(S, HIGH_2, 0);
    IntVector low1 = IntVector.fromArray(S, LOW_1, 0);
    IntVector high1 = IntVector.fromArray(S, HIGH_1, 0);
    IntVector r0 = IntVector.fromMemorySegment(S, ALL, source, LITTLE);
    IntVector r1 = IntVector.fromMemorySegment(S, ALL, source + sourceRow, LITTLE);
    IntVector r2 = IntVector.fromMemorySegment(S, ALL, source + 2 * sourceRow, LITTLE);
    IntVector r3 = IntVector.fromMemorySegment(S, ALL, source + 3 * sourceRow, LITTLE);
    IntVector r4 = IntVector.fromMemorySegment(S, ALL, source + 4 * sourceRow, LITTLE);
    IntVector r5 = IntVector.fromMemorySegment(S, ALL, source + 5 * sourceRow, LITTLE);
    IntVector r6 = IntVector.fromMemorySegment(S, ALL, source + 6 * sourceRow, LITTLE);
    IntVector r7 = IntVector.fromMemorySegment(S, ALL, source + 7 * sourceRow, LITTLE);
    IntVector r8 = IntVector.fromMemorySegment(S, ALL, source + 8 * sourceRow, LITTLE);
    IntVector r9 = IntVector.fromMemorySegment(S, ALL, source + 9 * sourceRow, LITTLE);
    IntVector r10 = IntVector.fromMemorySegment(S, ALL, source + 10 * sourceRow, LITTLE);
    IntVector r11 = IntVector.fromMemorySegment(S, ALL, source + 11 * sourceRow, LITTLE);
    IntVector r12 = IntVector.fromMemorySegment(S, ALL, source + 12 * sourceRow, LITTLE);
    IntVector r13 = IntVector.fromMemorySegment(S, ALL, source + 13 * sourceRow, LITTLE);
    IntVector r14 = IntVector.fromMemorySegment(S, ALL, source + 14 * sourceRow, LITTLE);
    IntVector r15 = IntVector.fromMemorySegment(S, ALL, source + 15 * sourceRow, LITTLE);
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
    v0.intoMemorySegment(ALL, target, LITTLE);
    v1.intoMemorySegment(ALL, target + targetRow, LITTLE);
    v2.intoMemorySegment(ALL, target + 2 * targetRow, LITTLE);
    v3.intoMemorySegment(ALL, target + 3 * targetRow, LITTLE);
    v4.intoMemorySegment(ALL, target + 4 * targetRow, LITTLE);
    v5.intoMemorySegment(ALL, target + 5 * targetRow, LITTLE);
    v6.intoMemorySegment(ALL, target + 6 * targetRow, LITTLE);
    v7.intoMemorySegment(ALL, target + 7 * targetRow, LITTLE);
    v8.intoMemorySegment(ALL, target + 8 * targetRow, LITTLE);
    v9.intoMemorySegment(ALL, target + 9 * targetRow, LITTLE);
    v10.intoMemorySegment(ALL, target + 10 * targetRow, LITTLE);
    v11.intoMemorySegment(ALL, target + 11 * targetRow, LITTLE);
    v12.intoMemorySegment(ALL, target + 12 * targetRow, LITTLE);
    v13.intoMemorySegment(ALL, target + 13 * targetRow, LITTLE);
    v14.intoMemorySegment(ALL, target + 14 * targetRow, LITTLE);
    v15.intoMemorySegment(ALL, target + 15 * targetRow, LITTLE);
  }
}
