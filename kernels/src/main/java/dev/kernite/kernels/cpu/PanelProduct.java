package dev.kernite.kernels.cpu;

/**
 * Products of matrices with panels that the caller fills: a panel is a matrix of {@link #width}
 * columns, row after row. Summed like every product, see {@link dev.kernite.kernels.Gemm}.
 */
interface PanelProduct {
  /** Most rows of one call of {@link Left#multiply}, which begin at a multiple of it. */
  int ROWS = RowGroups.ROW_BLOCK;

  /** Columns of a panel. */
  int width();

  /**
   * Prepares left operands, in parallel. They can be read by all threads, until this one prepares
   * the next.
   */
  Left left(Matrices a);

  /** Left operands, ready to be multiplied. */
  interface Left {
    /**
     * Computes {@code c[i, j] = sum over s of a[row + i, s] panel[s, j]}.
     *
     * @param entry which of the matrices
     * @param row a multiple of {@link #ROWS}
     * @param rows at most so many
     * @param panel all summands of it
     * @param c as wide as the panel
     * @param cRow bytes from one row of c to the next
     */
    void multiply(int entry, int row, int rows, long panel, long c, long cRow);
  }

  /**
   * Several matrices of m rows and k summands, one after another.
   *
   * @param entry bytes from one to the next
   * @param aRow bytes from one row to the next
   * @param aStep bytes from one summand to the next
   */
  record Matrices(int count, int m, int k, long a, long entry, long aRow, long aStep) {}
}
