package dev.kernite.test.ops.oracles;

import dev.kernite.engine.op.LogSigmoid;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.PointwiseOracle;
import java.util.List;

/** log(1 / (1 + e^-x)). */
public final class LogSigmoidOracle implements PointwiseOracle<LogSigmoid> {
  @Override
  public double f(LogSigmoid op, double x) {
    return x < 0 ? x - Math.log1p(Math.exp(x)) : -Math.log1p(Math.exp(-x));
  }

  @Override
  public List<LogSigmoid> variants() {
    return List.of(new LogSigmoid());
  }

  @Override
  public double units(LogSigmoid op, List<NdArray> in) {
    return 8;
  }
}
