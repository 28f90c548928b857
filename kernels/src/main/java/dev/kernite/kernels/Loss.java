package dev.kernite.kernels;

/** Losses, unreduced; probabilities are never stored. */
public interface Loss {
  /**
   * Cross-entropy of the rows of {@code x[rows, classes]} against class indices, with label
   * smoothing s: {@code (1 - s) w[y] nll(y) + s / classes sum_c w[c] nll(c)}. An ignored row gives
   * 0.
   *
   * @param targets int32 class indices
   * @param weight one factor a class, or 0 for all 1
   * @param loss receives rows values
   * @param lse receives rows values, log-sum-exp of each row (needed by the gradient)
   */
  void crossEntropy(
      long x,
      long targets,
      long weight,
      long loss,
      long lse,
      long rows,
      long classes,
      int ignoreIndex,
      float smoothing);

  /**
   * {@code dx[r, c] = scale[r] dloss[r]/dx[r, c]}; rows that are ignored get zeros (NaN where their
   * scale is NaN or infinite is not propagated).
   *
   * @param scale rows values: upstream gradient of each row's loss
   */
  void crossEntropyGrad(
      long x,
      long targets,
      long weight,
      long lse,
      long scale,
      long dx,
      long rows,
      long classes,
      int ignoreIndex,
      float smoothing);

  /**
   * Cross-entropy against distributions {@code targets[rows, classes]} (float32), smoothed to
   * {@code (1 - s) t + s / classes}.
   */
  void softCrossEntropy(
      long x,
      long targets,
      long weight,
      long loss,
      long lse,
      long rows,
      long classes,
      float smoothing);

  /** Gradient of {@link #softCrossEntropy} in x. */
  void softCrossEntropyGrad(
      long x,
      long targets,
      long weight,
      long lse,
      long scale,
      long dx,
      long rows,
      long classes,
      float smoothing);

  /**
   * {@code loss[i] = weight[i] f(x[i], y[i])}.
   *
   * @param p parameter of f; ignored by those that have none
   * @param weight n values, or 0 for all 1
   * @param posWeight n values (BCE_WITH_LOGITS only), or 0 for all 1
   */
  void elementwise(
      LossFunction f, float p, long x, long y, long weight, long posWeight, long loss, long n);

  /**
   * {@code dx[i] = scale[i] weight[i] df/dx}, {@code dy[i] = scale[i] weight[i] df/dy}; dx or dy
   * may be 0. df/dy is defined for MSE, L1 and SMOOTH_L1 only.
   */
  void elementwiseGrad(
      LossFunction f,
      float p,
      long x,
      long y,
      long weight,
      long posWeight,
      long scale,
      long dx,
      long dy,
      long n);
}
