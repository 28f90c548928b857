package dev.kernite.test.ops.oracles;

import dev.kernite.engine.Shape;
import dev.kernite.engine.op.Bce;
import dev.kernite.engine.op.Reduction;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.Oracle;
import dev.kernite.test.ops.Refusal;
import dev.kernite.test.ops.Sample;
import java.util.Arrays;
import java.util.List;

/** Cross-entropy of probabilities, each logarithm at least -100. */
public final class BceOracle implements Oracle<Bce> {
  @Override
  public NdArray forward(Bce op, List<NdArray> in) {
    NdArray x = in.get(0);
    NdArray y = in.get(1);
    NdArray each = NdArray.generate(x.shape(), at -> f(x.at(at), y.at(at), weight(in, 2, at)));
    double sum = Arrays.stream(each.values()).sum();
    return switch (op.reduction()) {
      case NONE -> each;
      case SUM -> new NdArray(each.kind(), Shape.SCALAR, new double[] {sum});
      case MEAN -> new NdArray(each.kind(), Shape.SCALAR, new double[] {sum / each.size()});
    };
  }

  private static double f(double x, double y, double w) {
    return -w * (y * Math.max(Math.log(x), -100) + (1 - y) * Math.max(Math.log(1 - x), -100));
  }

  private static double weight(List<NdArray> in, int input, long[] at) {
    return in.size() > input && in.get(input) != null ? in.get(input).at(at) : 1;
  }

  @Override
  public double units(Bce op, List<NdArray> in) {
    return 8 + 2 * Math.sqrt(in.getFirst().size());
  }

  /** Differences cancel. */
  @Override
  public NdArray magnitude(Bce op, List<NdArray> in) {
    return forward(op, in).map(y -> Math.abs(y) + 1);
  }

  @Override
  public List<Sample> samples() {
    return List.of(
        Sample.ordinary("mean", new Bce(Reduction.MEAN), x(3, 5), y(3, 5)),
        Sample.ordinary("sum", new Bce(Reduction.SUM), x(7), y(7)),
        Sample.ordinary("none", new Bce(Reduction.NONE), x(2, 3, 4), y(2, 3, 4)),
        Sample.ordinary("weight", new Bce(Reduction.MEAN), x(3, 5), y(3, 5), w(5)),
        Sample.ordinary("weight of each", new Bce(Reduction.NONE), x(3, 5), y(3, 5), w(3, 5)),
        Sample.edge(
                "certain",
                new Bce(Reduction.NONE),
                NdArray.row(0, 0, 1, 1, 1e-30, 0.5),
                NdArray.row(0, 1, 0, 1, 1, 0.5))
            .rough(),
        Sample.edge("scalars", new Bce(Reduction.MEAN), x(), y()),
        Sample.edge("nothing, mean", new Bce(Reduction.MEAN), x(0), y(0)).rough(),
        Sample.edge("nothing, sum", new Bce(Reduction.SUM), x(0, 3), y(0, 3)),
        Sample.edge("nothing, none", new Bce(Reduction.NONE), x(0, 3), y(0, 3)),
        Sample.edge("odd", new Bce(Reduction.NONE), x(67), y(67)),
        Sample.large(new Bce(Reduction.MEAN), x(271, 259), y(271, 259)),
        Sample.large(new Bce(Reduction.NONE), x(271, 259), y(271, 259)));
  }

  @Override
  public List<Refusal> refusals() {
    return List.of(
        Refusal.of("other shapes", new Bce(Reduction.MEAN), x(3, 5), y(5)),
        Refusal.of("weight", new Bce(Reduction.MEAN), x(3, 5), y(3, 5), w(3)),
        Refusal.of("weight larger than x", new Bce(Reduction.NONE), x(5), y(5), w(3, 5)));
  }

  private static NdArray x(long... dims) {
    return NdArray.uniform(1, 0.05, 0.95, dims);
  }

  private static NdArray y(long... dims) {
    return NdArray.uniform(2, 0, 1, dims);
  }

  private static NdArray w(long... dims) {
    return NdArray.uniform(3, 0.5, 2, dims);
  }

  /** Probabilities lie in [0, 1]: what becomes of others is not defined. NaN stays NaN. */
  @Override
  public boolean defines(int input, double nonFinite) {
    return Double.isNaN(nonFinite);
  }
}
