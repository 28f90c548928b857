package dev.kernite.test.ops.oracles;

import dev.kernite.engine.Shape;
import dev.kernite.engine.op.BceWithLogits;
import dev.kernite.engine.op.Reduction;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.Oracle;
import dev.kernite.test.ops.Refusal;
import dev.kernite.test.ops.Sample;
import java.util.Arrays;
import java.util.List;

/** Cross-entropy of the sigmoid of logits. */
public final class BceWithLogitsOracle implements Oracle<BceWithLogits> {
  @Override
  public NdArray forward(BceWithLogits op, List<NdArray> in) {
    NdArray x = in.get(0);
    NdArray y = in.get(1);
    NdArray each =
        NdArray.generate(
            x.shape(), at -> f(x.at(at), y.at(at), weight(in, 2, at), weight(in, 3, at)));
    double sum = Arrays.stream(each.values()).sum();
    return switch (op.reduction()) {
      case NONE -> each;
      case SUM -> new NdArray(each.kind(), Shape.SCALAR, new double[] {sum});
      case MEAN -> new NdArray(each.kind(), Shape.SCALAR, new double[] {sum / each.size()});
    };
  }

  private static double f(double x, double y, double w, double p) {
    return w * (p * y * softplus(-x) + (1 - y) * softplus(x));
  }

  private static double weight(List<NdArray> in, int input, long[] at) {
    return in.size() > input && in.get(input) != null ? in.get(input).at(at) : 1;
  }

  private static double softplus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }

  @Override
  public double units(BceWithLogits op, List<NdArray> in) {
    return 8 + 2 * Math.sqrt(in.getFirst().size());
  }

  /** Differences cancel. */
  @Override
  public NdArray magnitude(BceWithLogits op, List<NdArray> in) {
    return forward(op, in).map(y -> Math.abs(y) + 1);
  }

  @Override
  public List<Sample> samples() {
    return List.of(
        Sample.ordinary("mean", new BceWithLogits(Reduction.MEAN), x(3, 5), y(3, 5)),
        Sample.ordinary("sum", new BceWithLogits(Reduction.SUM), x(7), y(7)),
        Sample.ordinary("none", new BceWithLogits(Reduction.NONE), x(2, 3, 4), y(2, 3, 4)),
        Sample.ordinary("weight", new BceWithLogits(Reduction.MEAN), x(3, 5), y(3, 5), w(5)),
        Sample.ordinary(
            "weight of each", new BceWithLogits(Reduction.NONE), x(3, 5), y(3, 5), w(3, 5)),
        Sample.ordinary(
            "positive weight", new BceWithLogits(Reduction.SUM), x(3, 5), y(3, 5), null, w(5)),
        Sample.ordinary(
            "both weights", new BceWithLogits(Reduction.MEAN), x(3, 5), y(3, 5), w(3, 1), w(5)),
        Sample.edge(
                "extreme logits",
                new BceWithLogits(Reduction.NONE),
                NdArray.row(100, 100, -100, -100, 1e4, -1e4, 3e38, -3e38, 0),
                NdArray.row(0, 1, 0, 1, 1, 0, 1, 0, 0.5))
            .rough(),
        Sample.edge("scalars", new BceWithLogits(Reduction.MEAN), x(), y()),
        Sample.edge("nothing, mean", new BceWithLogits(Reduction.MEAN), x(0), y(0)).rough(),
        Sample.edge("nothing, sum", new BceWithLogits(Reduction.SUM), x(0, 3), y(0, 3)),
        Sample.edge("nothing, none", new BceWithLogits(Reduction.NONE), x(0, 3), y(0, 3)),
        Sample.edge("odd", new BceWithLogits(Reduction.NONE), x(67), y(67)),
        Sample.large(new BceWithLogits(Reduction.MEAN), x(271, 259), y(271, 259)),
        Sample.large(new BceWithLogits(Reduction.NONE), x(271, 259), y(271, 259)));
  }

  @Override
  public List<Refusal> refusals() {
    return List.of(
        Refusal.of("other shapes", new BceWithLogits(Reduction.MEAN), x(3, 5), y(5)),
        Refusal.of("weight", new BceWithLogits(Reduction.MEAN), x(3, 5), y(3, 5), w(3)),
        Refusal.of("weight larger than x", new BceWithLogits(Reduction.NONE), x(5), y(5), w(3, 5)),
        Refusal.of(
            "positive weight", new BceWithLogits(Reduction.SUM), x(3, 5), y(3, 5), null, w(4)));
  }

  /** The loss of an infinite logit is infinite or NaN. */
  @Override
  public boolean defines(int input, double nonFinite) {
    return Double.isNaN(nonFinite);
  }

  private static NdArray x(long... dims) {
    return NdArray.random(1, dims);
  }

  private static NdArray y(long... dims) {
    return NdArray.uniform(2, 0, 1, dims);
  }

  private static NdArray w(long... dims) {
    return NdArray.uniform(3, 0.5, 2, dims);
  }
}
