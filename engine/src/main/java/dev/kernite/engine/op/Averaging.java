package dev.kernite.engine.op;

import dev.kernite.engine.Shape;

/** What becomes of losses, one a pair of values. */
public interface Averaging {
  /** Whether they are added up. */
  boolean adds();

  /** What their sum is divided by, for predictions of a shape. */
  double divisor(Shape x);
}
