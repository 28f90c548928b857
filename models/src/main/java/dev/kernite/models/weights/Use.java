package dev.kernite.models.weights;

/** What a loaded model's parameters are for. */
public enum Use {
  /** Read only: matrices are packed for products, and stay as narrow as the file has them. */
  INFERENCE,
  /** Copied, and with gradients. */
  TRAINING
}
