package dev.kernite.kernels.cpu;

/** What convolutions do with runs of pixels. Steps count elements. */
interface PixelRows {
  /** {@code target[i] = source[i step]} for i &lt; n. */
  void copy(long source, int step, long target, long n);

  /** {@code target[i step] = source[i]} for i &lt; n. */
  void spread(long source, long target, int step, long n);

  /** {@code target[i] += source[i]} for i &lt; n. */
  void add(long source, long target, long n);

  /** {@code target[i] = source[i] + offset} for i &lt; n. */
  void shift(long source, float offset, long target, long n);

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
