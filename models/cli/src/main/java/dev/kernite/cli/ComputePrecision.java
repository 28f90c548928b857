package dev.kernite.cli;

import dev.kernite.engine.MatmulPrecision;

/** Values of {@code --precision}: how exactly matrix products are computed. */
enum ComputePrecision {
  f32(MatmulPrecision.FLOAT32),
  bf16(MatmulPrecision.BFLOAT16);

  private final MatmulPrecision inEngine;

  ComputePrecision(MatmulPrecision inEngine) {
    this.inEngine = inEngine;
  }

  /** In the words of the engine. */
  MatmulPrecision inEngine() {
    return inEngine;
  }
}
