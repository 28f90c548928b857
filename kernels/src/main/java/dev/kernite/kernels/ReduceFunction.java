package dev.kernite.kernels;

/** Reductions of a line of values to one. */
public enum ReduceFunction {
  /** Sum. */
  SUM,
  /** Arithmetic mean; NaN of nothing. */
  MEAN,
  /** Variance, divisor n - p (p: 0 biased, 1 unbiased), by two passes. */
  VAR,
  /** Standard deviation, divisor n - p. */
  STD,
  /** Largest value; NaN if there is one. The gradient goes to the first index that attains it. */
  MAX,
  /** Smallest value; NaN if there is one. The gradient goes to the first index that attains it. */
  MIN,
  /** Product. */
  PROD,
  /** Euclidean norm; gradient 0 at 0. */
  NORM
}
