package dev.kernite.test.ops.oracles;

import dev.kernite.engine.op.LeakyRelu;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.PointwiseOracle;
import java.util.List;

/** x or slope x. */
public final class LeakyReluOracle implements PointwiseOracle<LeakyRelu> {
  @Override
  public double f(LeakyRelu op, double x) {
    return x >= 0 ? x : op.negativeSlope() * x;
  }

  @Override
  public List<LeakyRelu> variants() {
    return List.of(new LeakyRelu(0.01f), new LeakyRelu(0.2f));
  }

  @Override
  public double units(LeakyRelu op, List<NdArray> in) {
    return 1;
  }
}
