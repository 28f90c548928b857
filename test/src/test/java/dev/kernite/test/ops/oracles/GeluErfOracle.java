package dev.kernite.test.ops.oracles;

import dev.kernite.engine.op.GeluErf;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.PointwiseOracle;
import java.util.List;

/** x times the normal distribution function. */
public final class GeluErfOracle implements PointwiseOracle<GeluErf> {
  @Override
  public double f(GeluErf op, double x) {
    return x * Special.erfc(-x / Math.sqrt(2)) / 2;
  }

  @Override
  public List<GeluErf> variants() {
    return List.of(new GeluErf());
  }

  @Override
  public double units(GeluErf op, List<NdArray> in) {
    return 4;
  }

  /** 1 + erf cancels for negative x: the error is relative to x. */
  @Override
  public NdArray magnitude(GeluErf op, List<NdArray> in) {
    return in.getFirst().map(x -> Math.abs(x));
  }
}
