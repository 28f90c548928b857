package dev.kernite.test.ops.oracles;

import dev.kernite.engine.op.Unary;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.PointwiseOracle;
import java.util.Arrays;
import java.util.List;

/** Elementary functions. */
public final class UnaryOracle implements PointwiseOracle<Unary> {
  @Override
  public double f(Unary op, double x) {
    return switch (op.op()) {
      case EXP -> Math.exp(x);
      case LOG -> Math.log(x);
      case SQRT -> Math.sqrt(x);
      case RSQRT -> 1 / Math.sqrt(x);
      case RECIPROCAL -> 1 / x;
      case SQUARE -> x * x;
      case ABS -> Math.abs(x);
      case NEG -> -x;
      case SIN -> Math.sin(x);
      case COS -> Math.cos(x);
    };
  }

  @Override
  public List<Unary> variants() {
    return Arrays.stream(Unary.Function.values()).map(Unary::new).toList();
  }

  @Override
  public double units(Unary op, List<NdArray> in) {
    return 4;
  }

  @Override
  public double low(Unary op) {
    return switch (op.op()) {
      case LOG, SQRT, RSQRT, RECIPROCAL -> 0.1;
      default -> -3;
    };
  }
}
