package dev.kernite.engine.op;

import dev.kernite.engine.EngineException;
import dev.kernite.kernels.UnaryFunction;

/**
 * min(max(x, min), max); the gradient is 1 between the bounds and on them, 0 outside.
 *
 * @param min lower bound; -Infinity for none
 * @param max upper bound; Infinity for none
 */
@Named(value = "shape", op = "clamp")
@Input("x")
public record Clamp(@Default("-Infinity") float min, @Default("Infinity") float max)
    implements Activation {

  /** Checks the bounds. */
  public Clamp {
    if (!(min <= max)) {
      throw new EngineException("clamp: min " + min + " must not be above max " + max);
    }
  }

  @Override
  public UnaryFunction function() {
    return UnaryFunction.CLAMP;
  }

  @Override
  public float p() {
    return min;
  }

  @Override
  public float q() {
    return max;
  }
}
