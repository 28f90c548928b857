package dev.kernite.test.ops.oracles;

import dev.kernite.engine.op.Clamp;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.PointwiseOracle;
import dev.kernite.test.ops.Refusal;
import java.util.List;

/** min(max(x, low), high). */
public final class ClampOracle implements PointwiseOracle<Clamp> {
  @Override
  public double f(Clamp op, double x) {
    return Math.min(Math.max(x, op.min()), op.max());
  }

  @Override
  public List<Clamp> variants() {
    return List.of(
        new Clamp(-0.5f, 0.7f),
        new Clamp(0, Float.POSITIVE_INFINITY),
        new Clamp(Float.NEGATIVE_INFINITY, 1));
  }

  @Override
  public double units(Clamp op, List<NdArray> in) {
    return 0;
  }

  @Override
  public List<Refusal> refusals() {
    return List.of(Refusal.ofAttributes("bounds that cross", () -> new Clamp(1, -1)));
  }
}
