package dev.kernite.models.generation;

import java.util.Locale;

/** Why a sequence ended. */
public enum FinishReason {
  /** The model chose an end token, or a stop text appeared. */
  STOP,
  /** The longest allowed length was reached. */
  LENGTH,
  /** The caller cancelled. */
  CANCELLED;

  /** The name used in JSON: "stop", "length" or "cancelled". */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
