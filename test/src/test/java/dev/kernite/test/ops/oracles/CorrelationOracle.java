package dev.kernite.test.ops.oracles;

import dev.kernite.engine.Shape;
import dev.kernite.engine.op.PerAxis;
import dev.kernite.test.ops.NdArray;
import java.util.List;

/** Convolutions by six nested sums: every output looks at every tap. */
record CorrelationOracle(PerAxis stride, PerAxis padding, PerAxis dilation, int groups, int axes) {
  NdArray forward(List<NdArray> in) {
    return sum(in);
  }

  /** The same with absolute values of all terms. */
  NdArray magnitude(List<NdArray> in) {
    return sum(in.stream().map(a -> a == null ? null : a.map(Math::abs)).toList());
  }

  private NdArray sum(List<NdArray> in) {
    boolean batch = in.get(0).shape().rank() == axes + 2;
    NdArray x = Images.four(in.get(0), batch, axes == 2);
    NdArray w = Images.four(in.get(1), true, axes == 2);
    long outs = w.shape().dim(0);
    long ins = w.shape().dim(1);
    int strideX = Images.at(stride, axes - 1);
    int strideY = axes == 2 ? Images.at(stride, 0) : 1;
    int padX = Images.at(padding, axes - 1);
    int padY = axes == 2 ? Images.at(padding, 0) : 0;
    int stepX = Images.at(dilation, axes - 1);
    int stepY = axes == 2 ? Images.at(dilation, 0) : 1;
    long kh = w.shape().dim(2);
    long kw = w.shape().dim(3);
    long height = (x.shape().dim(2) + 2L * padY - stepY * (kh - 1) - 1) / strideY + 1;
    long width = (x.shape().dim(3) + 2L * padX - stepX * (kw - 1) - 1) / strideX + 1;
    NdArray y =
        NdArray.generate(
            Shape.of(x.shape().dim(0), outs, height, width),
            at -> {
              long first = at[1] / (outs / groups) * ins;
              double sum = in.size() > 2 && in.get(2) != null ? in.get(2).at(at[1]) : 0;
              for (long c = 0; c < ins; c++) {
                for (long i = 0; i < kh; i++) {
                  for (long j = 0; j < kw; j++) {
                    long row = at[2] * strideY - padY + i * stepY;
                    long column = at[3] * strideX - padX + j * stepX;
                    sum += Images.pixel(x, at[0], first + c, row, column) * w.at(at[1], c, i, j);
                  }
                }
              }
              return sum;
            });
    long[] d = in.get(0).shape().toArray();
    d[d.length - axes - 1] = outs;
    d[d.length - 1] = width;
    if (axes == 2) {
      d[d.length - 2] = height;
    }
    return y.reshape(d);
  }

  /** Rounding errors of a sum of so many terms. */
  static double units(NdArray weight) {
    return 8 + 2 * Math.sqrt((double) weight.size() / Math.max(1, weight.shape().dim(0)));
  }
}
