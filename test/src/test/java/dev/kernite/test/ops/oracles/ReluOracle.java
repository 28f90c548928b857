package dev.kernite.test.ops.oracles;

import dev.kernite.engine.op.Relu;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.PointwiseOracle;
import java.util.List;

/** max(x, 0). */
public final class ReluOracle implements PointwiseOracle<Relu> {
  @Override
  public double f(Relu op, double x) {
    return Math.max(x, 0);
  }

  @Override
  public List<Relu> variants() {
    return List.of(new Relu());
  }

  @Override
  public double units(Relu op, List<NdArray> in) {
    return 0;
  }
}
