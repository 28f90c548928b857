package dev.kernite.kernels.cpu;

/**
 * The inner loops of matrix products and of attention, on tiles of a few rows and one panel. A
 * panel is a matrix of {@link #width} columns, row after row, its missing columns zero. All strides
 * count bytes.
 */
interface Tiles {
  /** Columns of a panel. */
  int width();

  /** Columns rounded up to whole panels. */
  default long padded(long columns) {
    return (columns + width() - 1) / width() * width();
  }

  /**
   * These tiles, or others with narrower panels if a product of so many columns fills those better.
   * The width of panels changes no bit of a result.
   */
  default Tiles forColumns(long columns) {
    return this;
  }

  /** Most rows that {@link #multiply} takes. */
  int ROWS = 6;

  /**
   * Computes {@code c[r, j] = sum over s of a[r, s] b[s, j]} for all columns of a panel b, each a
   * chain of fused multiply-adds from zero in ascending s.
   *
   * @param rows 1 to {@link #ROWS}
   * @param aStep from one summand of A to the next
   * @param bStep from one row of the panel to the next
   * @param k summands; none make zeros, and below 0 nothing is done
   */
  void multiply(
      int rows, long a, long aRow, long aStep, long b, long bStep, long c, long cRow, int k);

  /** Packs {@code rows} rows of {@code columns} values, at most {@link #width}, as a panel. */
  void pack(long source, long sourceRow, int rows, int columns, long panel);

  /**
   * Writes {@code target[j, i] = source[i, j]} for i below {@code rows}, j below {@code columns}.
   */
  void transpose(long source, long sourceRow, int rows, int columns, long target, long targetRow);

  /** Packs the transpose of {@code columns} rows of {@code rows} values as a panel. */
  default void packTransposed(long source, long sourceRow, int rows, int columns, long panel) {
    long panelRow = 4L * width();
    if (columns < width()) {
      RawMemory.zero(panel, rows * panelRow);
    }
    transpose(source, sourceRow, columns, rows, panel, panelRow);
  }

  /**
   * Whether {@link #dots} is faster than packing for as few as {@value #ROWS_OF_DOTS} rows of A.
   */
  boolean prefersDots();

  /** Most rows of A for which {@link #dots} may be the better way. */
  int ROWS_OF_DOTS = 3;

  /**
   * Computes {@code c[j] = sum over s of a[s] b[j, s]} for rows of b as they lie, each a chain of
   * fused multiply-adds from zero in ascending s.
   */
  void dots(long a, long b, long bRow, int columns, long c, int k);

  /** Adds to each of {@code rows} rows of the target the same row of the source. */
  void add(long source, long sourceRow, long target, long targetRow, int rows, int columns);

  /**
   * How many rows to take next, so that no step is left with very few. How rows are grouped changes
   * no bit of a result.
   *
   * @param most {@link #ROWS}; or fewer, while only the kernels of so many rows and of one are
   *     compiled: see {@link WarmUp#tileRows}
   */
  static int nextRows(long left, int most) {
    if (most < ROWS) {
      return left < most ? 1 : most;
    }
    if (left > 2 * ROWS - 2) {
      return ROWS;
    }
    return (int) (left > ROWS ? (left + 1) / 2 : left);
  }
}
