package dev.kernite.kernels.cpu;

/**
 * What convolutions do with pixels, on blocks of rows of n pixels. From one row to the next it is
 * {@code sourceRow} and {@code targetRow} bytes; steps within a row count elements.
 */
interface PixelRows {
  /** {@code target[r, i] = source[r, i step]}. */
  void copy(long source, long sourceRow, int step, long target, long targetRow, int rows, long n);

  /** {@code target[r, i step] = source[r, i]}. */
  void spread(long source, long sourceRow, long target, long targetRow, int step, int rows, long n);

  /** {@code target[r, i] = source[r, i] + offsets[r]}. */
  void shift(
      long source, long sourceRow, long offsets, long target, long targetRow, int rows, long n);

  /** {@code target[i] += source[i]} for i &lt; n. */
  void add(long source, long target, long n);

  /** Most values of a run below; and how many more, at most, are touched behind an operand. */
  int longest();

  /**
   * Fills a dense matrix: each of its rows is made of the same runs, which are read from another
   * place of the source.
   *
   * @param places that the runs count from, in bytes: one int64 a row
   * @param runs from the source to a row, the row from left to right
   * @param width values from one row to the next
   */
  void gather(long source, long places, int rows, RunTable runs, long matrix, int width);

  /** The adjoint: adds every row of a matrix to where {@link #gather} would read it, in order. */
  void scatter(long matrix, int width, long places, int rows, RunTable runs, long target);
}
