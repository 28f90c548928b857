package dev.kernite.test.ops.oracles;

import dev.kernite.engine.Shape;
import dev.kernite.engine.op.ConvTranspose2d;
import dev.kernite.engine.op.PerAxis;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.Oracle;
import dev.kernite.test.ops.Refusal;
import dev.kernite.test.ops.Sample;
import java.util.List;

/** Every pixel adds its window to the result. */
public final class ConvTranspose2dOracle implements Oracle<ConvTranspose2d> {
  @Override
  public NdArray forward(ConvTranspose2d op, List<NdArray> in) {
    NdArray x = Images.four(in.get(0), in.get(0).shape().rank() == 4, true);
    NdArray w = in.get(1);
    long group = w.shape().dim(1); // channels of the result in a group
    long height = extent(op, x, w, 0);
    long width = extent(op, x, w, 1);
    long channels = group * op.groups();
    NdArray y = NdArray.generate(Shape.of(x.shape().dim(0), channels, height, width), _ -> 0);
    double[] values = y.values();
    for (int n = 0; n < x.shape().dim(0); n++) {
      for (int c = 0; c < x.shape().dim(1); c++) {
        long first = c / (x.shape().dim(1) / op.groups()) * group;
        for (int o = 0; o < group; o++) {
          long plane = (n * channels + first + o) * height * width;
          for (int i = 0; i < x.shape().dim(2) * w.shape().dim(2); i++) {
            for (int j = 0; j < x.shape().dim(3) * w.shape().dim(3); j++) {
              long ky = i % w.shape().dim(2);
              long kx = j % w.shape().dim(3);
              long pixelY = i / w.shape().dim(2);
              long pixelX = j / w.shape().dim(3);
              long row = place(op, 0, pixelY, ky);
              long column = place(op, 1, pixelX, kx);
              if (row >= 0 && row < height && column >= 0 && column < width) {
                double term = x.at(n, c, pixelY, pixelX) * w.at(c, o, ky, kx);
                values[(int) (plane + row * width + column)] += term;
              }
            }
          }
        }
      }
    }
    NdArray bias = in.size() > 2 ? in.get(2) : null;
    NdArray sum = bias == null ? y : NdArray.generate(y.shape(), at -> y.at(at) + bias.at(at[1]));
    return in.get(0).shape().rank() == 4 ? sum : sum.reshape(channels, height, width);
  }

  private static long place(ConvTranspose2d op, int axis, long pixel, long tap) {
    return pixel * Images.at(op.stride(), axis)
        - Images.at(op.padding(), axis)
        + tap * Images.at(op.dilation(), axis);
  }

  private static long extent(ConvTranspose2d op, NdArray x, NdArray w, int axis) {
    long last = place(op, axis, x.shape().dim(2 + axis) - 1, w.shape().dim(2 + axis) - 1);
    return last + 1 - Images.at(op.padding(), axis) + Images.at(op.outputPadding(), axis);
  }

  @Override
  public NdArray magnitude(ConvTranspose2d op, List<NdArray> in) {
    return forward(op, in.stream().map(a -> a == null ? null : a.map(Math::abs)).toList());
  }

  @Override
  public double units(ConvTranspose2d op, List<NdArray> in) {
    return 8 + 2 * Math.sqrt(in.get(1).size());
  }

  /** Whether a weight that meets no pixel counts is nobody's promise. */
  @Override
  public boolean defines(int input, double nonFinite) {
    return input != 1;
  }

  @Override
  public List<Sample> samples() {
    return List.of(
        Sample.ordinary("doubles", of(2, 1, 0, 1, 1), r(1, 2, 3, 4, 5), r(2, 3, 2, 4, 4), r(3, 2)),
        Sample.ordinary(
            "one to four", of(1, 0, 0, 1, 1), r(1, 3, 5, 1, 1), r(2, 5, 2, 4, 4), r(3, 2)),
        Sample.ordinary("more at the end", of(2, 1, 1, 1, 1), r(1, 2, 2, 4, 4), r(2, 2, 3, 3, 3)),
        Sample.ordinary("groups", of(2, 1, 0, 1, 2), r(1, 2, 4, 3, 3), r(2, 4, 3, 4, 4), r(3, 6)),
        Sample.ordinary(
            "all different",
            new ConvTranspose2d(
                PerAxis.of(3, 2), PerAxis.of(1, 2), PerAxis.of(2, 1), PerAxis.of(2, 3), 1),
            r(1, 2, 2, 4, 5),
            r(2, 2, 3, 3, 2),
            r(3, 3)),
        Sample.edge(
            "one to four, groups", of(1, 0, 0, 1, 2), r(1, 3, 4, 1, 1), r(2, 4, 3, 4, 4), r(3, 6)),
        Sample.edge("one image", of(2, 1, 0, 1, 1), r(1, 2, 3, 3), r(2, 2, 3, 4, 4), r(3, 3)),
        Sample.edge("one pixel", of(1, 0, 0, 1, 1), r(1, 1, 1, 1, 1), r(2, 1, 1, 1, 1), r(3, 1)),
        Sample.edge("gaps", of(4, 0, 3, 1, 1), r(1, 1, 2, 3, 3), r(2, 2, 2, 2, 2), r(3, 2)),
        Sample.edge("padding at its most", of(1, 2, 0, 1, 1), r(1, 1, 2, 3, 3), r(2, 2, 2, 3, 3)),
        Sample.edge("dilated", of(1, 1, 0, 2, 1), r(1, 1, 2, 4, 4), r(2, 2, 2, 3, 3), r(3, 2)),
        Sample.edge(
            "dilation hides", of(2, 0, 2, 4, 1), r(1, 1, 1, 3, 3), r(2, 1, 1, 2, 2), r(3, 1)),
        Sample.edge(
            "many channels", of(2, 1, 0, 1, 1), r(1, 1, 67, 3, 3), r(2, 67, 65, 4, 4), r(3, 65)),
        Sample.edge("nothing", of(2, 1, 0, 1, 1), r(1, 0, 2, 3, 3), r(2, 2, 3, 4, 4), r(3, 3)),
        Sample.large(of(2, 1, 0, 1, 1), r(1, 9, 8, 14, 15), r(2, 8, 6, 4, 4), r(3, 6)),
        Sample.large(of(1, 1, 0, 1, 1), r(1, 2, 5, 41, 37), r(2, 5, 4, 3, 3), r(3, 4)));
  }

  @Override
  public List<Refusal> refusals() {
    NdArray x = r(1, 2, 4, 3, 3);
    return List.of(
        Refusal.of("other channels", of(2, 1, 0, 1, 1), x, r(2, 3, 2, 4, 4)),
        Refusal.of("groups that do not divide", of(2, 1, 0, 1, 3), x, r(2, 4, 2, 4, 4)),
        Refusal.of("bias", of(2, 1, 0, 1, 2), x, r(2, 4, 2, 4, 4), r(3, 2)),
        Refusal.of("padding of everything", of(1, 3, 0, 1, 1), x, r(2, 4, 2, 2, 2)),
        Refusal.of("matrix", of(2, 1, 0, 1, 1), r(1, 3, 3), r(2, 4, 2, 4, 4)),
        Refusal.ofAttributes("output padding", () -> of(2, 1, 2, 1, 1)),
        Refusal.ofAttributes("stride", () -> of(0, 1, 0, 1, 1)));
  }

  private static ConvTranspose2d of(int stride, int pad, int outPad, int dilation, int groups) {
    return new ConvTranspose2d(
        PerAxis.of(stride), PerAxis.of(pad), PerAxis.of(outPad), PerAxis.of(dilation), groups);
  }

  private static NdArray r(long seed, long... dims) {
    return NdArray.random(seed, dims);
  }
}
