package dev.kernite.test.ops.oracles;

import dev.kernite.engine.op.GeluTanh;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.PointwiseOracle;
import java.util.List;

/** GELU by tanh. */
public final class GeluTanhOracle implements PointwiseOracle<GeluTanh> {
  @Override
  public double f(GeluTanh op, double x) {
    return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
  }

  @Override
  public List<GeluTanh> variants() {
    return List.of(new GeluTanh());
  }

  @Override
  public double units(GeluTanh op, List<NdArray> in) {
    return 4;
  }

  /** 1 + tanh cancels for negative x: the error is relative to x. */
  @Override
  public NdArray magnitude(GeluTanh op, List<NdArray> in) {
    return in.getFirst().map(x -> Math.abs(x));
  }
}
