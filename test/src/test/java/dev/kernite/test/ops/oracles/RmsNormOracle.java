package dev.kernite.test.ops.oracles;

import dev.kernite.engine.op.RmsNorm;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.Oracle;
import dev.kernite.test.ops.Refusal;
import dev.kernite.test.ops.Sample;
import java.util.List;

/** Each row over the root of its mean square, then gain. */
public final class RmsNormOracle implements Oracle<RmsNorm> {
  @Override
  public NdArray forward(RmsNorm op, List<NdArray> in) {
    NdArray x = in.get(0);
    int n = (int) x.shape().dim(-1);
    double[] y = new double[x.size()];
    for (int from = 0; from < y.length; from += n) {
      double square = 0;
      for (int i = 0; i < n; i++) {
        square += x.values()[from + i] * x.values()[from + i] / n;
      }
      for (int i = 0; i < n; i++) {
        double gain = in.size() > 1 && in.get(1) != null ? in.get(1).values()[i] : 1;
        y[from + i] = x.values()[from + i] / Math.sqrt(square + op.eps()) * gain;
      }
    }
    return new NdArray(x.kind(), x.shape(), y);
  }

  @Override
  public double units(RmsNorm op, List<NdArray> in) {
    return 8 + 2 * Math.sqrt(in.getFirst().shape().dim(-1));
  }

  @Override
  public List<Sample> samples() {
    return List.of(
        Sample.ordinary("rows", new RmsNorm(1e-6f), r(1, 5, 8), r(2, 8)),
        Sample.ordinary("no gain", new RmsNorm(1e-6f), r(1, 2, 3, 7)),
        Sample.ordinary("large eps", new RmsNorm(0.5f), r(1, 4, 5), r(2, 5)),
        Sample.edge("one value a row", new RmsNorm(1e-6f), r(1, 3, 1), r(2, 1)),
        Sample.edge("odd rows", new RmsNorm(1e-6f), r(1, 3, 67), r(2, 67)),
        Sample.edge("many odd rows", new RmsNorm(1e-6f), r(1, 67, 3), r(2, 3)),
        Sample.edge("no rows", new RmsNorm(1e-6f), r(1, 0, 8), r(2, 8)),
        Sample.edge("row of zeros", new RmsNorm(1e-6f), NdArray.row(0, 0, 0)),
        Sample.large(new RmsNorm(1e-6f), r(1, 271, 259), r(2, 259)));
  }

  @Override
  public List<Refusal> refusals() {
    return List.of(
        Refusal.of("gain", new RmsNorm(1e-6f), r(1, 5, 8), r(2, 5)),
        Refusal.of("scalar", new RmsNorm(1e-6f), r(1)));
  }

  private static NdArray r(long seed, long... dims) {
    return NdArray.random(seed, dims);
  }
}
