package dev.kernite.test.ops.oracles;

import dev.kernite.engine.Shape;
import dev.kernite.engine.op.Reduction;
import dev.kernite.engine.op.SmoothL1;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.Oracle;
import dev.kernite.test.ops.Refusal;
import dev.kernite.test.ops.Sample;
import java.util.Arrays;
import java.util.List;

/** Quadratic near 0, linear beyond beta. */
public final class SmoothL1Oracle implements Oracle<SmoothL1> {
  @Override
  public NdArray forward(SmoothL1 op, List<NdArray> in) {
    NdArray x = in.get(0);
    NdArray y = in.get(1);
    NdArray each = NdArray.generate(x.shape(), at -> f(x.at(at) - y.at(at), op.beta()));
    double sum = Arrays.stream(each.values()).sum();
    return switch (op.reduction()) {
      case NONE -> each;
      case SUM -> new NdArray(each.kind(), Shape.SCALAR, new double[] {sum});
      case MEAN -> new NdArray(each.kind(), Shape.SCALAR, new double[] {sum / each.size()});
    };
  }

  private static double f(double difference, double beta) {
    double d = Math.abs(difference);
    return d < beta ? d * d / (2 * beta) : d - beta / 2;
  }

  @Override
  public double units(SmoothL1 op, List<NdArray> in) {
    return 8 + 2 * Math.sqrt(in.getFirst().size());
  }

  @Override
  public List<Sample> samples() {
    return List.of(
        Sample.ordinary("mean", new SmoothL1(Reduction.MEAN, 0.7f), x(3, 5), y(3, 5)),
        Sample.ordinary("sum", new SmoothL1(Reduction.SUM, 1), x(7), y(7)),
        Sample.ordinary("none", new SmoothL1(Reduction.NONE, 2), x(2, 3, 4), y(2, 3, 4)),
        Sample.edge("scalars", new SmoothL1(Reduction.MEAN, 1), x(), y()),
        Sample.edge("beta 0", new SmoothL1(Reduction.NONE, 0), x(33), y(33)),
        Sample.edge("nothing, mean", new SmoothL1(Reduction.MEAN, 1), x(0), y(0)).rough(),
        Sample.edge("nothing, sum", new SmoothL1(Reduction.SUM, 1), x(0, 3), y(0, 3)),
        Sample.edge("odd", new SmoothL1(Reduction.NONE, 1), x(67), y(67)),
        Sample.large(new SmoothL1(Reduction.MEAN, 1), x(271, 259), y(271, 259)),
        Sample.large(new SmoothL1(Reduction.NONE, 0.5f), x(271, 259), y(271, 259)));
  }

  @Override
  public List<Refusal> refusals() {
    return List.of(
        Refusal.of("other shapes", new SmoothL1(Reduction.MEAN, 1), x(3, 5), y(5)),
        Refusal.ofAttributes("beta", () -> new SmoothL1(Reduction.MEAN, -1)));
  }

  private static NdArray x(long... dims) {
    return NdArray.random(1, dims);
  }

  private static NdArray y(long... dims) {
    return NdArray.random(2, dims);
  }
}
