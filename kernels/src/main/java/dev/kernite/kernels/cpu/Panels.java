package dev.kernite.kernels.cpu;

/**
 * Products of rows with packed panels of one type, and of this machine's vector width. Implemented
 * by generated classes, one for each type and width; called once a tile, so that the call through
 * the interface costs nothing that can be measured. All strides count bytes.
 */
interface Panels {
  /**
   * Computes {@code c[r, j] = sum over s of a[r, s] b[s, j]} for all columns of a panel, each a
   * chain of fused multiply-adds from zero in ascending s.
   *
   * @param rows 1 to {@link Tiles#ROWS}
   * @param a holds a[r, s] at a0 + rows * s + r, as {@link RowGroups} packs it
   * @param b first row of the panel
   * @param bStep from one row of the panel to the next
   * @param c result
   * @param cRow from one row of C to the next
   * @param k summands, 1 or more
   */
  void multiply(int rows, float[] a, int a0, long b, long bStep, long c, long cRow, int k);

  /**
   * Computes one row of C for several panels at once. Such a product waits for memory, and memory
   * answers faster when it is asked for several streams.
   *
   * @param panels 2 or 4
   * @param a holds a[s] at a0 + s
   * @param b first row of the first panel
   * @param panel from one panel to the next
   * @param bStep from one row of a panel to the next
   * @param c result, the panels' columns one after the other
   * @param k summands, 1 or more
   */
  void multiplyRow(int panels, float[] a, int a0, long b, long panel, long bStep, long c, int k);

  /**
   * Widens {@code k} rows of a panel to float32.
   *
   * @param target room for them
   * @return where they are: in the target, or where they were if they are float32 already
   */
  long widen(long b, long target, int k);
}
