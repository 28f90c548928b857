package dev.kernite.test.ops.oracles;

import dev.kernite.engine.op.Silu;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.PointwiseOracle;
import java.util.List;

/** x sigmoid(x). */
public final class SiluOracle implements PointwiseOracle<Silu> {
  @Override
  public double f(Silu op, double x) {
    return x / (1 + Math.exp(-x));
  }

  @Override
  public List<Silu> variants() {
    return List.of(new Silu());
  }

  @Override
  public double units(Silu op, List<NdArray> in) {
    return 8;
  }
}
