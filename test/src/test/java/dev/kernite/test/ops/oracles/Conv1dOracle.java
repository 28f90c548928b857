package dev.kernite.test.ops.oracles;

import dev.kernite.engine.op.Conv1d;
import dev.kernite.engine.op.PerAxis;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.Oracle;
import dev.kernite.test.ops.Refusal;
import dev.kernite.test.ops.Sample;
import java.util.List;

/** Sums of products over the window and the channels of the group. */
public final class Conv1dOracle implements Oracle<Conv1d> {
  private static CorrelationOracle sums(Conv1d op) {
    return new CorrelationOracle(op.stride(), op.padding(), op.dilation(), op.groups(), 1);
  }

  @Override
  public NdArray forward(Conv1d op, List<NdArray> in) {
    return sums(op).forward(in);
  }

  @Override
  public NdArray magnitude(Conv1d op, List<NdArray> in) {
    return sums(op).magnitude(in);
  }

  @Override
  public double units(Conv1d op, List<NdArray> in) {
    return CorrelationOracle.units(in.get(1));
  }

  @Override
  public List<Sample> samples() {
    return List.of(
        Sample.ordinary("stride 2", new Conv1d(2, 1), r(1, 2, 3, 11), r(2, 4, 3, 3), r(3, 4)),
        Sample.ordinary("no bias", new Conv1d(1, 0), r(1, 2, 2, 9), r(2, 3, 2, 4)),
        Sample.ordinary("groups", of(1, 2, 2, 2), r(1, 2, 4, 9), r(2, 6, 2, 3), r(3, 6)),
        Sample.edge("one sequence", new Conv1d(1, 1), r(1, 2, 9), r(2, 3, 2, 3), r(3, 3)),
        Sample.edge("one value", new Conv1d(1, 0), r(1, 1, 1, 1), r(2, 1, 1, 1), r(3, 1)),
        Sample.edge("nothing", new Conv1d(1, 0), r(1, 0, 2, 9), r(2, 3, 2, 3), r(3, 3)),
        Sample.large(new Conv1d(1, 2), r(1, 5, 7, 1531), r(2, 9, 7, 5), r(3, 9)));
  }

  @Override
  public List<Refusal> refusals() {
    return List.of(
        Refusal.of("images", new Conv1d(1, 1), r(1, 2, 3, 5, 5), r(2, 4, 3, 3)),
        Refusal.of("other channels", new Conv1d(1, 1), r(1, 2, 3, 5), r(2, 4, 2, 3)),
        Refusal.of("window beyond", new Conv1d(1, 0), r(1, 2, 3, 5), r(2, 4, 3, 6)),
        Refusal.ofAttributes(
            "two strides", () -> new Conv1d(PerAxis.of(1, 1), PerAxis.of(0), PerAxis.of(1), 1)));
  }

  private static Conv1d of(int stride, int padding, int dilation, int groups) {
    return new Conv1d(PerAxis.of(stride), PerAxis.of(padding), PerAxis.of(dilation), groups);
  }

  private static NdArray r(long seed, long... dims) {
    return NdArray.random(seed, dims);
  }
}
