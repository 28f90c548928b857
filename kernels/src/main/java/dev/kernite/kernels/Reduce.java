package dev.kernite.kernels;

/** Reductions of {@code x[outer, n, inner]} along its middle axis. */
public interface Reduce {
  /** {@code y[outer, inner] = f over x[outer, :, inner]}. */
  void reduce(ReduceFunction f, long x, long y, long outer, long n, long inner, float p);

  /**
   * {@code dx[outer, n, inner] = dy[outer, inner] df/dx}.
   *
   * @param y the result of {@link #reduce}
   * @param spread for MAX and MIN: divide the gradient evenly among tied values instead of giving
   *     it to the first
   */
  void reduceGrad(
      ReduceFunction f,
      long x,
      long y,
      long dy,
      long dx,
      long outer,
      long n,
      long inner,
      float p,
      boolean spread);

  /** {@code y[o, j, i] = sum of x[o, 0..j, i]}, or of {@code x[o, j.., i]} when reverse. */
  void cumulativeSum(long x, long y, long outer, long n, long inner, boolean reverse);

  /** {@code y[outer, inner]} = int32 index of the first largest value; NaN counts as largest. */
  void argMax(long x, long y, long outer, long n, long inner);

  /**
   * Sum of squares of n values in float64, in a fixed order; written as one float64 to {@code y}.
   */
  void sumOfSquares(long x, long y, long n);
}
