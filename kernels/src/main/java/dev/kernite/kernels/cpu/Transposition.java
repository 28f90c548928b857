package dev.kernite.kernels.cpu;

/**
 * Lane numbers for the transposition of 16 by 16 values in registers: which lane of two rows, one
 * after the other, a lane of the result comes from. See TransposeKernels, which is generated.
 */
final class Transposition {
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

  private Transposition() {}

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
}
