package dev.kernite.models.generation;

/** Why a sequence ended. */
public enum FinishReason {
  /** The model chose an end token, or a stop text appeared. */
  STOP,
  /** The longest allowed length was reached. */
  LENGTH,
  /** The caller cancelled. */
  CANCELLED
}
