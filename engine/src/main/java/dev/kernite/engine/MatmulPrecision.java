package dev.kernite.engine;

/** How exactly matrix products are computed; tensors are float32 either way. */
public enum MatmulPrecision {
  /** In float32. */
  FLOAT32,
  /**
   * Operands are rounded to bfloat16 (8 bits instead of 24) and multiplied on tensor cores; sums
   * are float32. On CUDA devices, for weights that are trained; products with packed weights,
   * attention and convolutions stay in float32.
   */
  BFLOAT16
}
