package dev.kernite.test.ops.oracles;

import dev.kernite.engine.op.Conv2d;
import dev.kernite.engine.op.PerAxis;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.Oracle;
import dev.kernite.test.ops.Refusal;
import dev.kernite.test.ops.Sample;
import java.util.List;

/** Sums of products over the window and the channels of the group. */
public final class Conv2dOracle implements Oracle<Conv2d> {
  private static CorrelationOracle sums(Conv2d op) {
    return new CorrelationOracle(op.stride(), op.padding(), op.dilation(), op.groups(), 2);
  }

  @Override
  public NdArray forward(Conv2d op, List<NdArray> in) {
    return sums(op).forward(in);
  }

  @Override
  public NdArray magnitude(Conv2d op, List<NdArray> in) {
    return sums(op).magnitude(in);
  }

  @Override
  public double units(Conv2d op, List<NdArray> in) {
    return CorrelationOracle.units(in.get(1));
  }

  @Override
  public List<Sample> samples() {
    return List.of(
        Sample.ordinary("3 x 3", new Conv2d(1, 1), r(1, 2, 3, 5, 6), r(2, 4, 3, 3, 3), r(3, 4)),
        Sample.ordinary("stride 2", new Conv2d(2, 1), r(1, 2, 2, 8, 7), r(2, 3, 2, 4, 4), r(3, 3)),
        Sample.ordinary("no bias", new Conv2d(2, 0), r(1, 1, 2, 7, 9), r(2, 3, 2, 3, 2), null),
        Sample.ordinary("groups", of(1, 1, 1, 2), r(1, 2, 4, 5, 5), r(2, 6, 2, 3, 3), r(3, 6)),
        Sample.ordinary("each channel alone", of(1, 1, 1, 3), r(1, 2, 3, 4, 4), r(2, 3, 1, 3, 3)),
        Sample.ordinary(
            "all different",
            new Conv2d(PerAxis.of(2, 3), PerAxis.of(3, 1), PerAxis.of(2, 1), 2),
            r(1, 3, 4, 9, 11),
            r(2, 4, 2, 3, 2),
            r(3, 4)),
        Sample.edge("one image without a batch", new Conv2d(1, 0), r(1, 2, 4, 4), r(2, 3, 2, 2, 2)),
        Sample.edge("one pixel", new Conv2d(1, 0), r(1, 1, 1, 1, 1), r(2, 1, 1, 1, 1), r(3, 1)),
        Sample.edge("points", new Conv2d(1, 0), r(1, 2, 5, 3, 4), r(2, 7, 5, 1, 1), r(3, 7)),
        Sample.edge("whole image", new Conv2d(1, 0), r(1, 70, 3, 4, 4), r(2, 2, 3, 4, 4), r(3, 2)),
        Sample.edge(
            "mostly padding", new Conv2d(1, 3), r(1, 1, 1, 2, 2), r(2, 1, 1, 3, 3), r(3, 1)),
        Sample.edge("stride past the window", new Conv2d(5, 2), r(1, 2, 2, 9, 8), r(2, 3, 2, 2, 2)),
        Sample.edge("dilated", of(1, 2, 2, 1), r(1, 1, 2, 6, 6), r(2, 2, 2, 3, 3), r(3, 2)),
        Sample.edge(
            "strided, dilated", of(2, 3, 3, 1), r(1, 1, 2, 9, 9), r(2, 2, 2, 3, 3), r(3, 2)),
        Sample.edge("dilated by strides", of(3, 0, 3, 1), r(1, 1, 2, 9, 10), r(2, 2, 2, 2, 3)),
        Sample.edge(
            "many channels", new Conv2d(1, 1), r(1, 1, 67, 3, 3), r(2, 65, 67, 3, 3), r(3, 65)),
        Sample.edge("no images", new Conv2d(1, 1), r(1, 0, 3, 5, 6), r(2, 4, 3, 3, 3), r(3, 4)),
        Sample.large(new Conv2d(1, 1), r(1, 17, 6, 19, 23), r(2, 9, 6, 3, 3), r(3, 9)),
        Sample.large(of(2, 1, 1, 2), r(1, 3, 4, 47, 61), r(2, 6, 2, 4, 4), r(3, 6)));
  }

  @Override
  public List<Refusal> refusals() {
    NdArray x = r(1, 2, 4, 5, 5);
    NdArray w = r(2, 3, 4, 3, 3);
    return List.of(
        Refusal.of("other channels", new Conv2d(1, 1), r(1, 2, 3, 5, 5), w),
        Refusal.of("groups that do not divide", of(1, 1, 1, 2), x, r(2, 3, 2, 3, 3)),
        Refusal.of("bias", new Conv2d(1, 1), x, w, r(3, 4)),
        Refusal.of("window beyond the image", new Conv2d(1, 0), x, r(2, 3, 4, 6, 6)),
        Refusal.of("window without taps", new Conv2d(1, 0), x, r(2, 3, 4, 0, 3)),
        Refusal.of("no rows", new Conv2d(1, 2), r(1, 2, 4, 0, 5), w),
        Refusal.of("matrix", new Conv2d(1, 1), r(1, 5, 5), w),
        Refusal.of("weight of a sequence", new Conv2d(1, 1), x, r(2, 3, 4, 3)),
        Refusal.ofAttributes("stride", () -> new Conv2d(0, 1)),
        Refusal.ofAttributes("padding", () -> new Conv2d(1, -1)),
        Refusal.ofAttributes("dilation", () -> of(1, 0, 0, 1)),
        Refusal.ofAttributes("groups", () -> of(1, 0, 1, 0)),
        Refusal.ofAttributes(
            "three strides",
            () -> new Conv2d(PerAxis.of(1, 1, 1), PerAxis.of(0), PerAxis.of(1), 1)));
  }

  private static Conv2d of(int stride, int padding, int dilation, int groups) {
    return new Conv2d(PerAxis.of(stride), PerAxis.of(padding), PerAxis.of(dilation), groups);
  }

  private static NdArray r(long seed, long... dims) {
    return NdArray.random(seed, dims);
  }
}
