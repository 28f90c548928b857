package dev.kernite.models.weights;

/** What a loaded model's parameters are for. */
public enum Use {
  /** Read only: matrices are packed for products, and stay as narrow as the file has them. */
  INFERENCE,
  /** Copied, and with gradients. */
  TRAINING,
  /** Copied, without gradients of their own; those of what is learnt beside them flow through. */
  FROZEN
}
