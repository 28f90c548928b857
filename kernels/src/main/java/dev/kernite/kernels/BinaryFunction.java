package dev.kernite.kernels;

/**
 * Functions of two values. NaN in either gives NaN (but {@code pow(x, 0) = pow(1, y) = 1}). Where
 * {@code maximum} and {@code minimum} are tied, each side gets half of the gradient.
 */
public enum BinaryFunction {
  /** a + b. */
  ADD,
  /** a - b. */
  SUB,
  /** a b. */
  MUL,
  /** a / b. */
  DIV,
  /** The larger. */
  MAXIMUM,
  /** The smaller. */
  MINIMUM,
  /** a to the power b. */
  POW
}
