package dev.kernite.test.ops.oracles;

import dev.kernite.engine.Shape;
import dev.kernite.engine.op.Binary;
import dev.kernite.kernels.BinaryFunction;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.Oracle;
import dev.kernite.test.ops.Refusal;
import dev.kernite.test.ops.Sample;
import java.util.ArrayList;
import java.util.List;

/** Two values, broadcast as in NumPy. */
public final class BinaryOracle implements Oracle<Binary> {
  @Override
  public NdArray forward(Binary op, List<NdArray> in) {
    NdArray a = in.get(0);
    NdArray b = in.get(1);
    return NdArray.generate(
        Shape.broadcast(a.shape(), b.shape()), at -> f(op.op(), a.at(at), b.at(at)));
  }

  private static double f(BinaryFunction op, double a, double b) {
    return switch (op) {
      case ADD -> a + b;
      case SUB -> a - b;
      case MUL -> a * b;
      case DIV -> a / b;
      case MAXIMUM -> Math.max(a, b);
      case MINIMUM -> Math.min(a, b);
      case POW -> a == 1 ? 1 : Math.pow(a, b); // as in C: 1 to any power, NaN too, is 1
    };
  }

  /** Sums and differences cancel. */
  @Override
  public NdArray magnitude(Binary op, List<NdArray> in) {
    if (op.op() == BinaryFunction.ADD || op.op() == BinaryFunction.SUB) {
      return forward(
          new Binary(BinaryFunction.ADD),
          List.of(in.get(0).map(Math::abs), in.get(1).map(Math::abs)));
    }
    return forward(op, in).map(Math::abs);
  }

  @Override
  public double units(Binary op, List<NdArray> in) {
    return op.op() == BinaryFunction.POW ? 8 : 1;
  }

  @Override
  public List<Sample> samples() {
    List<Sample> samples = new ArrayList<>();
    for (BinaryFunction f : BinaryFunction.values()) {
      Binary op = new Binary(f);
      // Positive, so that every function is smooth; no ties for maximum and minimum.
      samples.add(Sample.ordinary("same shape", op, p(1, 3, 5), p(2, 3, 5)));
      samples.add(Sample.ordinary("row", op, p(1, 3, 5), p(2, 5)));
      samples.add(Sample.ordinary("column", op, p(1, 3, 1), p(2, 3, 5)));
      samples.add(Sample.ordinary("outer", op, p(1, 4, 1), p(2, 1, 3)));
      samples.add(Sample.ordinary("middle", op, p(1, 2, 1, 4), p(2, 3, 1)));
      samples.add(Sample.edge("scalars", op, p(1), p(2)));
      samples.add(Sample.edge("scalar and many", op, p(1), p(2, 67)));
      samples.add(Sample.edge("nothing", op, p(1, 0, 3), p(2, 1, 3)));
      samples.add(Sample.edge("odd", op, p(1, 33), p(2, 33)));
      samples.add(Sample.large(op, p(1, 271, 259), p(2, 271, 259)));
      samples.add(
          Sample.edge(
                  "special values",
                  op,
                  NdArray.row(0, -0.0, 1, -1, -2, 2, 0, 3e38, 1e-30, 4, -8),
                  NdArray.row(0, 0, 0, 3, 2, -2, -1, 3e38, 1e-30, 0.5, 1 / 3.0))
              .rough());
    }
    Binary sub = new Binary(BinaryFunction.SUB);
    samples.add(Sample.large(sub, p(1, 271, 259), p(2, 259)));
    samples.add(Sample.large(sub, p(1, 271, 1), p(2, 1, 259)));
    return samples;
  }

  @Override
  public List<Refusal> refusals() {
    return List.of(
        Refusal.of("shapes", new Binary(BinaryFunction.ADD), p(1, 2, 3), p(2, 2)),
        Refusal.of("shapes of other ranks", new Binary(BinaryFunction.MUL), p(1, 4), p(2, 3, 2)));
  }

  private static NdArray p(long seed, long... dims) {
    return NdArray.uniform(seed, 0.3, 3, dims);
  }
}
