package dev.kernite.test.ops.oracles;

import dev.kernite.engine.op.Tanh;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.PointwiseOracle;
import java.util.List;

/** Hyperbolic tangent. */
public final class TanhOracle implements PointwiseOracle<Tanh> {
  @Override
  public double f(Tanh op, double x) {
    return Math.tanh(x);
  }

  @Override
  public List<Tanh> variants() {
    return List.of(new Tanh());
  }

  @Override
  public double units(Tanh op, List<NdArray> in) {
    return 8;
  }
}
