package dev.kernite.test.ops.oracles;

import dev.kernite.engine.Shape;
import dev.kernite.engine.op.KlDiv;
import dev.kernite.engine.op.KlDiv.Total;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.Oracle;
import dev.kernite.test.ops.Refusal;
import dev.kernite.test.ops.Sample;
import java.util.Arrays;
import java.util.List;

/** y (log y - x), written so that y = 0 gives 0. */
public final class KlDivOracle implements Oracle<KlDiv> {
  @Override
  public NdArray forward(KlDiv op, List<NdArray> in) {
    NdArray x = in.get(0);
    NdArray y = in.get(1);
    NdArray each = NdArray.generate(x.shape(), at -> f(op, x.at(at), y.at(at)));
    double sum = Arrays.stream(each.values()).sum();
    return switch (op.reduction()) {
      case NONE -> each;
      case SUM -> scalar(sum);
      case MEAN -> scalar(sum / each.size());
      case BATCHMEAN -> scalar(sum / x.shape().dim(0));
    };
  }

  private static double f(KlDiv op, double x, double y) {
    if (op.logTarget()) {
      return Math.exp(y) * (y - x);
    }
    return (y == 0 ? 0 : y * Math.log(y)) - y * x;
  }

  private static NdArray scalar(double value) {
    return new NdArray(NdArray.Kind.FLOAT, Shape.SCALAR, new double[] {value});
  }

  /** The terms cancel. */
  @Override
  public NdArray magnitude(KlDiv op, List<NdArray> in) {
    NdArray x = in.get(0);
    NdArray y = in.get(1);
    List<NdArray> larger = List.of(x.map(v -> -Math.abs(v) - 2), y);
    return forward(op, larger).map(v -> Math.abs(v) + 1e-3);
  }

  @Override
  public double units(KlDiv op, List<NdArray> in) {
    return 16 + 2 * Math.sqrt(in.getFirst().size());
  }

  @Override
  public List<Sample> samples() {
    return List.of(
        Sample.ordinary("a sample", of(Total.BATCHMEAN), x(4, 5), y(4, 5)),
        Sample.ordinary("mean", of(Total.MEAN), x(3, 5), y(3, 5)),
        Sample.ordinary("sum", of(Total.SUM), x(7), y(7)),
        Sample.ordinary("none", of(Total.NONE), x(2, 3, 4), y(2, 3, 4)),
        Sample.ordinary("of logarithms", new KlDiv(Total.BATCHMEAN, true), x(4, 5), x(4, 5)),
        Sample.edge("of logarithms, none", new KlDiv(Total.NONE, true), x(67), x(67)),
        Sample.edge("probability 0", of(Total.NONE), x(33), y(33).with(7, 0)),
        Sample.edge("scalars", of(Total.MEAN), x(), y()),
        Sample.edge("nothing, mean", of(Total.MEAN), x(0), y(0)).rough(),
        Sample.edge("nothing, sum", of(Total.SUM), x(0, 3), y(0, 3)),
        Sample.edge("odd", of(Total.NONE), x(67), y(67)),
        Sample.large(of(Total.BATCHMEAN), x(271, 259), y(271, 259)),
        Sample.large(of(Total.NONE), x(271, 259), y(271, 259)));
  }

  @Override
  public List<Refusal> refusals() {
    return List.of(
        Refusal.of("other shapes", of(Total.MEAN), x(3, 5), y(5)),
        Refusal.of("no batch", of(Total.BATCHMEAN), x(), y()));
  }

  private static KlDiv of(Total total) {
    return new KlDiv(total, false);
  }

  private static NdArray x(long... dims) {
    return NdArray.uniform(1, -4, -0.1, dims);
  }

  private static NdArray y(long... dims) {
    return NdArray.uniform(2, 0.01, 1, dims);
  }
}
