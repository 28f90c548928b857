package dev.kernite.test.ops.oracles;

import dev.kernite.engine.Shape;
import dev.kernite.engine.op.AvgPool2d;
import dev.kernite.engine.op.PerAxis;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.Oracle;
import dev.kernite.test.ops.Refusal;
import dev.kernite.test.ops.Sample;
import java.util.List;

/** The mean of each window, counting padding or not. */
public final class AvgPool2dOracle implements Oracle<AvgPool2d> {
  @Override
  public NdArray forward(AvgPool2d op, List<NdArray> in) {
    PoolingOracle pool = PoolingOracle.of(op, in.getFirst());
    long height = pool.outputs(0);
    long width = pool.outputs(1);
    Shape x = pool.image().shape();
    NdArray y =
        NdArray.generate(
            Shape.of(x.dim(0), x.dim(1), height, width),
            at -> {
              List<Double> seen = pool.window(at);
              double sum = seen.stream().mapToDouble(Double::doubleValue).sum();
              double padded = padded(pool, 0, at[2]) * padded(pool, 1, at[3]);
              double count = op.countIncludePad() ? padded : seen.size();
              return sum / (op.divisorOverride() == 0 ? count : op.divisorOverride());
            });
    long[] d = in.getFirst().shape().toArray();
    d[d.length - 2] = height;
    d[d.length - 1] = width;
    return y.reshape(d);
  }

  /** Places of a window within the padded image. */
  private static double padded(PoolingOracle pool, int axis, long out) {
    long from = pool.start(axis, out);
    return Math.min(pool.kernel(axis), pool.pixels(axis) + pool.padding(axis) - from);
  }

  @Override
  public NdArray magnitude(AvgPool2d op, List<NdArray> in) {
    return forward(op, in.stream().map(x -> x.map(Math::abs)).toList());
  }

  @Override
  public double units(AvgPool2d op, List<NdArray> in) {
    return 16;
  }

  @Override
  public List<Sample> samples() {
    return List.of(
        Sample.ordinary("side by side", new AvgPool2d(2), r(2, 3, 6, 5)),
        Sample.ordinary("padding counts", of(3, 2, 1, false, true, 0), r(2, 2, 7, 8)),
        Sample.ordinary("padding does not", of(3, 2, 1, false, false, 0), r(2, 2, 7, 8)),
        Sample.ordinary("divisor", of(3, 2, 1, false, true, 5), r(2, 2, 7, 8)),
        Sample.ordinary("to the last", of(3, 2, 1, true, true, 0), r(2, 2, 6, 8)),
        Sample.ordinary("to the last, without padding", of(3, 2, 1, true, false, 0), r(2, 2, 6, 8)),
        Sample.ordinary(
            "all different",
            new AvgPool2d(PerAxis.of(3, 2), PerAxis.of(1, 3), PerAxis.of(1, 0), true, true, 0),
            r(2, 2, 9, 8)),
        Sample.edge("one image", new AvgPool2d(2), r(3, 4, 4)),
        Sample.edge("one pixel", new AvgPool2d(1), r(1, 1, 1, 1)),
        Sample.edge("whole image", new AvgPool2d(7), r(2, 3, 7, 7)),
        Sample.edge("gaps", of(1, 3, 0, false, true, 0), r(1, 2, 7, 7)),
        Sample.edge("no images", new AvgPool2d(2), r(0, 3, 6, 5)),
        Sample.large(of(3, 2, 1, false, true, 0), r(9, 11, 28, 30)));
  }

  @Override
  public List<Refusal> refusals() {
    return List.of(
        Refusal.of("matrix", new AvgPool2d(2), r(4, 4)),
        Refusal.of("window beyond the image", new AvgPool2d(5), r(1, 1, 4, 4)),
        Refusal.ofAttributes("padding past half", () -> of(3, 1, 2, false, true, 0)));
  }

  private static AvgPool2d of(
      int kernel, int stride, int pad, boolean ceil, boolean counts, int divisor) {
    return new AvgPool2d(
        PerAxis.of(kernel), PerAxis.of(stride), PerAxis.of(pad), ceil, counts, divisor);
  }

  private static NdArray r(long... dims) {
    return NdArray.random(1, dims);
  }
}
