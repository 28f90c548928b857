package dev.kernite.test.ops.oracles;

import dev.kernite.engine.op.Sigmoid;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.PointwiseOracle;
import java.util.List;

/** 1 / (1 + e^-x). */
public final class SigmoidOracle implements PointwiseOracle<Sigmoid> {
  @Override
  public double f(Sigmoid op, double x) {
    return 1 / (1 + Math.exp(-x));
  }

  @Override
  public List<Sigmoid> variants() {
    return List.of(new Sigmoid());
  }

  @Override
  public double units(Sigmoid op, List<NdArray> in) {
    return 8;
  }
}
