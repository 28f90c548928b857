package dev.kernite.kernels;

/**
 * Functions applied value by value. Outputs may be the same address as an input of equal layout.
 */
public interface Elementwise {
  /** {@code y[i] = f(x[i])} for i &lt; n. */
  void unary(UnaryFunction f, long x, long y, long n, float p, float q);

  /**
   * {@code dx[i] = dy[i] f'(x[i])}.
   *
   * @param y f(x), which some derivatives are cheaper from
   */
  void unaryGrad(UnaryFunction f, long x, long y, long dy, long dx, long n, float p, float q);

  /**
   * {@code out = f(a, b)} over {@code sizes}, out dense. Strides have one entry an axis; 0 repeats
   * the value along it.
   */
  void binary(
      BinaryFunction f, long a, long[] stridesA, long b, long[] stridesB, long out, long[] sizes);

  /**
   * Partial derivatives times {@code dy}, in the shape of the output (the caller sums over repeated
   * axes): {@code da = dy df/da}, {@code db = dy df/db}. Either may be 0 for not wanted.
   *
   * @param out f(a, b)
   * @param dy upstream gradient, dense
   * @param da dense result or 0
   * @param db dense result or 0
   */
  void binaryGrad(
      BinaryFunction f,
      long a,
      long[] stridesA,
      long b,
      long[] stridesB,
      long out,
      long dy,
      long da,
      long db,
      long[] sizes);

  /**
   * {@code out = c ? a : b} over {@code sizes}, out dense; {@code c} holds bytes (0 is false). With
   * address 0 in place of a or b, the constant {@code constant} stands there.
   */
  void select(
      long c,
      long[] stridesC,
      long a,
      long[] stridesA,
      long b,
      long[] stridesB,
      float constant,
      long out,
      long[] sizes);

  /** {@code y[i] = alpha x[i] + beta y[i]}; with beta = 0 the old y is not read. */
  void scaleAdd(float alpha, long x, float beta, long y, long n);

  /** {@code y[i] = value}. */
  void fill(long y, long n, float value);
}
