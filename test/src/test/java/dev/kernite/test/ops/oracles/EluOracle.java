package dev.kernite.test.ops.oracles;

import dev.kernite.engine.op.Elu;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.PointwiseOracle;
import java.util.List;

/** x or alpha (e^x - 1). */
public final class EluOracle implements PointwiseOracle<Elu> {
  @Override
  public double f(Elu op, double x) {
    return x > 0 ? x : op.alpha() * Math.expm1(x);
  }

  @Override
  public List<Elu> variants() {
    return List.of(new Elu(1), new Elu(0.3f));
  }

  @Override
  public double units(Elu op, List<NdArray> in) {
    return 4;
  }
}
