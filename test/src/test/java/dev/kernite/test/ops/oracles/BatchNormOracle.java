package dev.kernite.test.ops.oracles;

import dev.kernite.engine.op.BatchNorm;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.Oracle;
import dev.kernite.test.ops.Refusal;
import dev.kernite.test.ops.Sample;
import java.util.List;

/** Mean 0 and variance 1 over all but the channel axis, then gain and bias. */
public final class BatchNormOracle implements Oracle<BatchNorm> {
  private static final BatchNorm TRAIN = new BatchNorm(true, 0.1f, 1e-5f);
  private static final BatchNorm EVAL = new BatchNorm(false, 0.1f, 1e-5f);

  @Override
  public NdArray forward(BatchNorm op, List<NdArray> in) {
    NdArray x = in.getFirst();
    int channels = (int) x.shape().dim(1);
    double count = (double) x.size() / channels;
    double[] mean = new double[channels];
    double[] variance = new double[channels];
    if (op.training()) {
      for (int i = 0; i < x.size(); i++) {
        mean[channel(x, i)] += x.values()[i] / count;
      }
      for (int i = 0; i < x.size(); i++) {
        int c = channel(x, i);
        variance[c] += Math.pow(x.values()[i] - mean[c], 2) / count;
      }
    } else {
      mean = in.get(3).values();
      variance = in.get(4).values();
    }
    double[] y = new double[x.size()];
    for (int i = 0; i < y.length; i++) {
      int c = channel(x, i);
      double unit = (x.values()[i] - mean[c]) / Math.sqrt(variance[c] + op.eps());
      y[i] = unit * gain(in, 1, c, 1) + gain(in, 2, c, 0);
    }
    return new NdArray(x.kind(), x.shape(), y);
  }

  private static int channel(NdArray x, int i) {
    return (int) (i / x.shape().inner(1) % x.shape().dim(1));
  }

  private static double gain(List<NdArray> in, int input, int channel, double absent) {
    return in.size() > input && in.get(input) != null ? in.get(input).values()[channel] : absent;
  }

  /** The mean is subtracted, the bias added: errors are relative to gain and bias. */
  @Override
  public NdArray magnitude(BatchNorm op, List<NdArray> in) {
    return forward(op, in).map(y -> Math.abs(y) + 4);
  }

  @Override
  public double units(BatchNorm op, List<NdArray> in) {
    NdArray x = in.getFirst();
    return 8 + 4 * Math.sqrt((double) x.size() / Math.max(1, x.shape().dim(1)));
  }

  @Override
  public List<Sample> samples() {
    NdArray variance = NdArray.uniform(5, 0.5, 2, 3);
    return List.of(
        Sample.ordinary("images", TRAIN, r(1, 4, 3, 5, 6), r(2, 3), r(3, 3), r(4, 3), variance),
        Sample.ordinary("features", TRAIN, r(1, 9, 3), r(2, 3), r(3, 3), r(4, 3), variance),
        Sample.ordinary("sequences", TRAIN, r(1, 4, 3, 19), r(2, 3), r(3, 3)),
        Sample.ordinary("volumes", TRAIN, r(1, 2, 3, 2, 3, 4)),
        Sample.ordinary("gain alone", TRAIN, r(1, 4, 3, 20), r(2, 3)),
        Sample.ordinary("bias alone", TRAIN, r(1, 4, 3, 20), null, r(3, 3)),
        Sample.ordinary("applied", EVAL, r(1, 4, 3, 5, 6), r(2, 3), r(3, 3), r(4, 3), variance),
        Sample.ordinary("applied to features", EVAL, r(1, 9, 3), null, null, r(4, 3), variance),
        Sample.edge("two values", TRAIN, r(1, 2, 1), r(2, 1), r(3, 1)),
        Sample.edge("one value applied", EVAL, r(1, 1, 3), r(2, 3), r(3, 3), r(4, 3), variance),
        Sample.edge("odd", TRAIN, r(1, 3, 5, 67), r(2, 5), r(3, 5)),
        Sample.edge("many samples", TRAIN, r(1, 67, 5), r(2, 5), r(3, 5)),
        Sample.edge("nothing", TRAIN, r(1, 0, 3, 4), r(2, 3), r(3, 3), r(4, 3), variance),
        Sample.edge("nothing applied", EVAL, r(1, 0, 3, 4), null, null, r(4, 3), variance),
        Sample.edge("no channels", TRAIN, r(1, 4, 0, 4), r(2, 0), r(3, 0)),
        Sample.edge("constant", TRAIN, r(1, 4, 2, 9).map(_ -> 3)).rough(),
        Sample.edge("large offset", TRAIN, NdArray.uniform(1, 99, 101, 5, 2, 33)).rough(),
        Sample.large(TRAIN, r(1, 31, 7, 17, 19), r(2, 7), r(3, 7)),
        Sample.large(TRAIN, r(1, 1531, 43), r(2, 43), r(3, 43)));
  }

  @Override
  public List<Refusal> refusals() {
    return List.of(
        Refusal.of("row", TRAIN, r(1, 5)),
        Refusal.of("gain", TRAIN, r(1, 4, 3), r(2, 4)),
        Refusal.of("one value a channel", TRAIN, r(1, 1, 3, 1), r(2, 3)),
        Refusal.of("no statistics", EVAL, r(1, 4, 3)),
        Refusal.of("mean alone", TRAIN, r(1, 4, 3), null, null, r(4, 3)),
        Refusal.ofAttributes("momentum", () -> new BatchNorm(true, 1.5f, 1e-5f)));
  }

  private static NdArray r(long seed, long... dims) {
    return NdArray.random(seed, dims);
  }
}
