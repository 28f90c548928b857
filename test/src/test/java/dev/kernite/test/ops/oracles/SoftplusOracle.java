package dev.kernite.test.ops.oracles;

import dev.kernite.engine.op.Softplus;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.PointwiseOracle;
import java.util.List;

/** log(1 + e^(beta x)) / beta, linear above the threshold. */
public final class SoftplusOracle implements PointwiseOracle<Softplus> {
  @Override
  public double f(Softplus op, double x) {
    double z = op.beta() * x;
    return z > op.threshold()
        ? x
        : (Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)))) / op.beta();
  }

  @Override
  public List<Softplus> variants() {
    return List.of(new Softplus(1, 20), new Softplus(2.5f, 3));
  }

  @Override
  public double units(Softplus op, List<NdArray> in) {
    return 8;
  }
}
