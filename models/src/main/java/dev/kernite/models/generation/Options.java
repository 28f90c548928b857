package dev.kernite.models.generation;

import dev.kernite.models.ModelException;

/** Checks of option values; every message names the option, its value and what is allowed. */
final class Options {
  private Options() {}

  static void require(boolean valid, String option, Object value, String allowed) {
    if (!valid) {
      throw new ModelException(option + " is " + value + ", but must be " + allowed);
    }
  }

  static void atLeast(int minimum, String option, int value) {
    require(value >= minimum, option, value, "at least " + minimum);
  }
}
