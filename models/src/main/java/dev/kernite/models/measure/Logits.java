package dev.kernite.models.measure;

import dev.kernite.models.ModelException;

/** What is asked of the logits of any model. */
final class Logits {
  private Logits() {}

  static void requireFinite(String op, float[] logits) {
    for (float value : logits) {
      if (!Float.isFinite(value)) {
        throw new ModelException(op + ": a logit is " + value);
      }
    }
  }
}
