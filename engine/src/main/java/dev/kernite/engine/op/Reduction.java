package dev.kernite.engine.op;

/** What becomes of a loss per sample. */
public enum Reduction {
  /** The mean over all that counts. */
  MEAN,
  /** The sum. */
  SUM,
  /** Nothing: one loss a sample. */
  NONE
}
