package dev.kernite.kernels;

/**
 * Softmax family along the middle axis of {@code x[outer, n, inner]}. The largest value is
 * subtracted first, so large inputs do not overflow; a line of only -inf gives NaN, as in PyTorch.
 */
public interface Softmax {
  /** {@code y = exp(x - max) / sum exp(x - max)}. */
  void softmax(long x, long y, long outer, long n, long inner);

  /** {@code dx = y (dy - sum(dy y))}. */
  void softmaxGrad(long y, long dy, long dx, long outer, long n, long inner);

  /** {@code y = x - max - log(sum exp(x - max))}. */
  void logSoftmax(long x, long y, long outer, long n, long inner);

  /** {@code dx = dy - exp(y) sum(dy)}. */
  void logSoftmaxGrad(long y, long dy, long dx, long outer, long n, long inner);

  /** {@code y[outer, inner] = log(sum exp x)}; a line of only -inf gives -inf. */
  void logSumExp(long x, long y, long outer, long n, long inner);

  /** {@code dx = dy exp(x - y)}. */
  void logSumExpGrad(long x, long y, long dy, long dx, long outer, long n, long inner);
}
