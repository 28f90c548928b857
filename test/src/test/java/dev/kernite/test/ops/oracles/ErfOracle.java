package dev.kernite.test.ops.oracles;

import dev.kernite.engine.op.Erf;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.PointwiseOracle;
import java.util.List;

/** The error function, by its series. */
public final class ErfOracle implements PointwiseOracle<Erf> {
  @Override
  public double f(Erf op, double x) {
    return Special.erf(x);
  }

  @Override
  public List<Erf> variants() {
    return List.of(new Erf());
  }

  @Override
  public double units(Erf op, List<NdArray> in) {
    return 4;
  }
}
