package dev.kernite.test.ops.oracles;

import dev.kernite.engine.op.LayerNorm;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.Oracle;
import dev.kernite.test.ops.Refusal;
import dev.kernite.test.ops.Sample;
import java.util.List;

/** Mean 0 and variance 1 over the last axes, then gain and bias. */
public final class LayerNormOracle implements Oracle<LayerNorm> {
  @Override
  public NdArray forward(LayerNorm op, List<NdArray> in) {
    NdArray x = in.get(0);
    int n = cols(op, x);
    double[] y = new double[x.size()];
    for (int from = 0; from < y.length; from += n) {
      double mean = 0;
      for (int i = 0; i < n; i++) {
        mean += x.values()[from + i] / n;
      }
      double variance = 0;
      for (int i = 0; i < n; i++) {
        variance += Math.pow(x.values()[from + i] - mean, 2) / n;
      }
      for (int i = 0; i < n; i++) {
        double unit = (x.values()[from + i] - mean) / Math.sqrt(variance + op.eps());
        y[from + i] = unit * gain(in, 1, i, 1) + gain(in, 2, i, 0);
      }
    }
    return new NdArray(x.kind(), x.shape(), y);
  }

  private static int cols(LayerNorm op, NdArray x) {
    return op.normalizedShape().isEmpty()
        ? (int) x.shape().dim(-1)
        : op.normalizedShape().stream().mapToInt(Long::intValue).reduce(1, (a, b) -> a * b);
  }

  private static double gain(List<NdArray> in, int input, int i, double absent) {
    return in.size() > input && in.get(input) != null ? in.get(input).values()[i] : absent;
  }

  /** The mean is subtracted, the bias added: errors are relative to gain and bias. */
  @Override
  public NdArray magnitude(LayerNorm op, List<NdArray> in) {
    return forward(op, in).map(y -> Math.abs(y) + 2);
  }

  @Override
  public double units(LayerNorm op, List<NdArray> in) {
    return 8 + 4 * Math.sqrt(cols(op, in.get(0)));
  }

  @Override
  public List<Sample> samples() {
    return List.of(
        Sample.ordinary("rows", new LayerNorm(1e-5f), r(1, 5, 8), r(2, 8), r(3, 8)),
        Sample.ordinary("no gain, no bias", new LayerNorm(1e-5f), r(1, 2, 3, 7)),
        Sample.ordinary("gain alone", new LayerNorm(1e-5f), r(1, 4, 5), r(2, 5), null),
        Sample.ordinary("bias alone", new LayerNorm(1e-12f), r(1, 4, 5), null, r(3, 5)),
        Sample.ordinary(
            "two axes",
            new LayerNorm(List.of(3L, 4L), 1e-5f),
            r(1, 2, 3, 4),
            r(2, 3, 4),
            r(3, 3, 4)),
        Sample.edge("one value a row", new LayerNorm(1e-5f), r(1, 3, 1), r(2, 1), r(3, 1)),
        Sample.edge("odd rows", new LayerNorm(1e-5f), r(1, 3, 67), r(2, 67), r(3, 67)),
        Sample.edge("many odd rows", new LayerNorm(1e-5f), r(1, 67, 3), r(2, 3), r(3, 3)),
        Sample.edge("no rows", new LayerNorm(1e-5f), r(1, 0, 8), r(2, 8), r(3, 8)),
        Sample.edge("constant row", new LayerNorm(1e-5f), NdArray.row(3, 3, 3, 3)).rough(),
        Sample.edge("large offset", new LayerNorm(1e-5f), NdArray.uniform(1, 7, 9, 2, 33)).rough(),
        Sample.large(new LayerNorm(1e-5f), r(1, 271, 259), r(2, 259), r(3, 259)));
  }

  @Override
  public List<Refusal> refusals() {
    return List.of(
        Refusal.of("gain", new LayerNorm(1e-5f), r(1, 5, 8), r(2, 5), null),
        Refusal.of("bias", new LayerNorm(1e-5f), r(1, 5, 8), null, r(2, 5)),
        Refusal.of("other last axes", new LayerNorm(List.of(7L), 1e-5f), r(1, 5, 8)),
        Refusal.of("too few axes", new LayerNorm(List.of(5L, 8L), 1e-5f), r(1, 8)),
        Refusal.of("scalar", new LayerNorm(1e-5f), r(1)));
  }

  private static NdArray r(long seed, long... dims) {
    return NdArray.random(seed, dims);
  }
}
