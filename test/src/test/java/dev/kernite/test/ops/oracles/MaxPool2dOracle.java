package dev.kernite.test.ops.oracles;

import dev.kernite.engine.Shape;
import dev.kernite.engine.op.MaxPool2d;
import dev.kernite.engine.op.PerAxis;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.Oracle;
import dev.kernite.test.ops.Refusal;
import dev.kernite.test.ops.Sample;
import java.util.List;

/** The largest pixel of each window. */
public final class MaxPool2dOracle implements Oracle<MaxPool2d> {
  @Override
  public NdArray forward(MaxPool2d op, List<NdArray> in) {
    PoolingOracle pool = PoolingOracle.of(op, in.getFirst());
    long height = pool.outputs(0);
    long width = pool.outputs(1);
    Shape x = pool.image().shape();
    NdArray y =
        NdArray.generate(
            Shape.of(x.dim(0), x.dim(1), height, width),
            at -> pool.window(at).stream().reduce(Double.NEGATIVE_INFINITY, Math::max));
    long[] d = in.getFirst().shape().toArray();
    d[d.length - 2] = height;
    d[d.length - 1] = width;
    return y.reshape(d);
  }

  @Override
  public double units(MaxPool2d op, List<NdArray> in) {
    return 0;
  }

  @Override
  public List<Sample> samples() {
    return List.of(
        Sample.ordinary("side by side", new MaxPool2d(2), d(2, 3, 6, 5)),
        Sample.ordinary("overlapping", of(3, 2, 1, 1, false), d(2, 2, 7, 8)),
        Sample.ordinary("dilated", of(2, 1, 1, 2, false), d(1, 2, 6, 7)),
        Sample.ordinary("to the last", of(3, 2, 0, 1, true), d(2, 2, 6, 8)),
        Sample.ordinary(
            "all different",
            new MaxPool2d(
                PerAxis.of(3, 2), PerAxis.of(1, 3), PerAxis.of(1, 0), PerAxis.of(2, 1), true),
            d(2, 2, 9, 8)),
        Sample.edge("one image", new MaxPool2d(2), d(3, 4, 4)),
        Sample.edge("one pixel", new MaxPool2d(1), d(1, 1, 1, 1)),
        Sample.edge("gaps", of(1, 3, 0, 1, false), d(1, 2, 7, 7)),
        Sample.edge("last window in the padding", of(2, 3, 1, 1, true), d(1, 2, 6, 5)),
        Sample.edge("ties", new MaxPool2d(2), NdArray.whole(1, 2, 2, 6, 6)).rough(),
        Sample.edge("negative", of(3, 2, 1, 1, false), d(1, 1, 5, 5).map(v -> (float) (v - 99))),
        Sample.edge("no images", new MaxPool2d(2), d(0, 3, 6, 5)),
        Sample.large(new MaxPool2d(2), d(9, 11, 28, 30)));
  }

  @Override
  public List<Refusal> refusals() {
    return List.of(
        Refusal.of("matrix", new MaxPool2d(2), d(4, 4)),
        Refusal.of("window beyond the image", new MaxPool2d(5), d(1, 1, 4, 4)),
        Refusal.of("only padding", of(2, 1, 1, 3, false), d(1, 1, 2, 2)),
        Refusal.ofAttributes("padding past half", () -> of(3, 1, 2, 1, false)),
        Refusal.ofAttributes("kernel", () -> new MaxPool2d(0)),
        Refusal.ofAttributes("stride", () -> of(2, 0, 0, 1, false)));
  }

  private static MaxPool2d of(int kernel, int stride, int pad, int dilation, boolean ceil) {
    return new MaxPool2d(
        PerAxis.of(kernel), PerAxis.of(stride), PerAxis.of(pad), PerAxis.of(dilation), ceil);
  }

  private static NdArray d(long... dims) {
    return NdArray.distinct(1, dims);
  }
}
