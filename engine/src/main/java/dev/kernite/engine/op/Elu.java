package dev.kernite.engine.op;

import dev.kernite.kernels.UnaryFunction;

/**
 * x where x &gt; 0, else alpha (e^x - 1) (Clevert et al. 2015).
 *
 * @param alpha minus the limit at -inf
 */
@Named("elu")
@Input("x")
public record Elu(@Default("1") float alpha) implements Activation {
  @Override
  public UnaryFunction function() {
    return UnaryFunction.ELU;
  }

  @Override
  public float p() {
    return alpha;
  }
}
