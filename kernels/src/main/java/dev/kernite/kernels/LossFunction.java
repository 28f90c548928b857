package dev.kernite.kernels;

/** Element-wise losses of a prediction x against a target y. */
public enum LossFunction {
  /** (x - y)^2. */
  MSE,
  /** |x - y|; gradient 0 at 0. */
  L1,
  /**
   * Binary cross-entropy of a probability: -(y log x + (1 - y) log(1 - x)), each logarithm clamped
   * at -100; the gradient (x - y) / max(x (1 - x), 1e-12).
   */
  BCE,
  /**
   * Binary cross-entropy of a logit, without overflow; the positive term is weighted by posWeight.
   */
  BCE_WITH_LOGITS,
  /**
   * Smooth L1 (Girshick 2015): {@code d^2 / (2 beta)} for d = |x - y| below beta, else {@code d -
   * beta / 2}; beta is the function's parameter, and 0 makes it L1.
   */
  SMOOTH_L1,
  /**
   * Kullback-Leibler divergence of log-probabilities x from probabilities y: {@code y log y - y x},
   * where 0 log 0 is 0.
   */
  KL_DIV,
  /** The same where y is a log-probability too: {@code e^y (y - x)}. */
  KL_DIV_LOG
}
