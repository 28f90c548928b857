package dev.kernite.kernels.cpu;

/**
 * The steps of attention that work on one row of scores or of outputs. Rows of scores have room up
 * to the next multiple of {@link #LANES}. Both twins give the same bits: sums along a row are kept
 * in {@link #LANES} partial sums whatever the width of the machine's vectors, and the exponential
 * is one polynomial.
 */
interface ScoreRows {
  /** Partial sums of a row: value j goes to sum j mod LANES. */
  int LANES = 16;

  /**
   * Turns dot products into scores: {@code s = scale s + bias}, -inf where masked and in the room
   * after n.
   *
   * @param row n dot products
   * @param bias added values, or 0
   * @param biasStep bytes from one to the next
   * @param mask bytes, 0 = masked, or address 0 for no mask
   * @param maskStep bytes from one to the next
   * @return the largest score; NaN if there is one
   */
  float scores(long row, int n, float scale, long bias, long biasStep, long mask, long maskStep);

  /**
   * Replaces scores by {@code exp(s - max)} and adds these to the partial sums.
   *
   * @param row n scores and -inf in the room after them
   * @param factor what the sums are multiplied by first
   * @param sums LANES partial sums, finite
   */
  void exp(long row, int n, float max, float factor, long sums);

  /** {@code ds = p (ds - d)} for n values. */
  void scoreGradient(long p, long ds, int n, float d);

  /** {@code y = factor y + x} for n values, fused. */
  void rescaleAdd(long y, float factor, long x, int n);

  /** {@code y = y + factor x} for n values, fused. */
  void addScaled(long y, float factor, long x, int n);

  /**
   * {@code y = y + sum over j of p[j] x[j]}, a chain of fused multiply-adds in ascending j.
   *
   * @param y n values
   * @param p count factors
   * @param x count rows of n values
   * @param xRow bytes from one row to the next
   */
  void addRows(long y, long p, int count, long x, long xRow, int n);

  /** {@code y = x / divisor} for n values. */
  void divide(long x, float divisor, long y, int n);

  /**
   * Dot product of n values: value j goes to partial sum j mod LANES by a fused multiply-add, and
   * these are added as by {@link #total}.
   *
   * @param sums room for LANES partial sums
   */
  float dot(long a, long b, int n, long sums);

  /** Sums the LANES partial sums: halves are added until one value is left. */
  float total(long sums);

  /** n rounded up to a multiple of LANES. */
  static int padded(int n) {
    return (n + LANES - 1) / LANES * LANES;
  }
}
