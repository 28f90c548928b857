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
  BCE_WITH_LOGITS
}
