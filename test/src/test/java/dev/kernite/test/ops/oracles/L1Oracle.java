package dev.kernite.test.ops.oracles;

import dev.kernite.engine.Shape;
import dev.kernite.engine.op.L1;
import dev.kernite.engine.op.Reduction;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.Oracle;
import dev.kernite.test.ops.Refusal;
import dev.kernite.test.ops.Sample;
import java.util.Arrays;
import java.util.List;

/** Absolute differences. */
public final class L1Oracle implements Oracle<L1> {
  @Override
  public NdArray forward(L1 op, List<NdArray> in) {
    NdArray x = in.get(0);
    NdArray y = in.get(1);
    NdArray each = NdArray.generate(x.shape(), at -> f(x.at(at), y.at(at)));
    double sum = Arrays.stream(each.values()).sum();
    return switch (op.reduction()) {
      case NONE -> each;
      case SUM -> new NdArray(each.kind(), Shape.SCALAR, new double[] {sum});
      case MEAN -> new NdArray(each.kind(), Shape.SCALAR, new double[] {sum / each.size()});
    };
  }

  private static double f(double x, double y) {
    return Math.abs(x - y);
  }

  @Override
  public double units(L1 op, List<NdArray> in) {
    return 8 + 2 * Math.sqrt(in.getFirst().size());
  }

  @Override
  public List<Sample> samples() {
    return List.of(
        Sample.ordinary("mean", new L1(Reduction.MEAN), x(3, 5), y(3, 5)),
        Sample.ordinary("sum", new L1(Reduction.SUM), x(7), y(7)),
        Sample.ordinary("none", new L1(Reduction.NONE), x(2, 3, 4), y(2, 3, 4)),
        Sample.edge("scalars", new L1(Reduction.MEAN), x(), y()),
        Sample.edge("nothing, mean", new L1(Reduction.MEAN), x(0), y(0)).rough(),
        Sample.edge("nothing, sum", new L1(Reduction.SUM), x(0, 3), y(0, 3)),
        Sample.edge("nothing, none", new L1(Reduction.NONE), x(0, 3), y(0, 3)),
        Sample.edge("odd", new L1(Reduction.NONE), x(67), y(67)),
        Sample.large(new L1(Reduction.MEAN), x(271, 259), y(271, 259)),
        Sample.large(new L1(Reduction.NONE), x(271, 259), y(271, 259)));
  }

  @Override
  public List<Refusal> refusals() {
    return List.of(Refusal.of("other shapes", new L1(Reduction.MEAN), x(3, 5), y(5)));
  }

  private static NdArray x(long... dims) {
    return NdArray.random(1, dims);
  }

  private static NdArray y(long... dims) {
    return NdArray.random(2, dims);
  }
}
