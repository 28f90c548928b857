package dev.kernite.engine.op;

import dev.kernite.engine.Shape;

/** What becomes of a loss per sample. */
public enum Reduction implements Averaging {
  /** The mean over all that counts. */
  MEAN,
  /** The sum. */
  SUM,
  /** Nothing: one loss a sample. */
  NONE;

  @Override
  public boolean adds() {
    return this != NONE;
  }

  @Override
  public double divisor(Shape x) {
    return this == MEAN ? x.size() : 1;
  }
}
