package dev.kernite.test.ops.oracles;

import dev.kernite.engine.op.PerAxis;
import dev.kernite.engine.op.Pooling;
import dev.kernite.test.ops.NdArray;
import java.util.ArrayList;
import java.util.List;

/** Extents of pooled images, and the pixels of a window. */
record PoolingOracle(Pooling op, NdArray image) {
  static PoolingOracle of(Pooling op, NdArray x) {
    return new PoolingOracle(op, Images.four(x, x.shape().rank() == 4, true));
  }

  long pixels(int axis) {
    return image.shape().dim(2 + axis);
  }

  int kernel(int axis) {
    return Images.at(op.kernel(), axis);
  }

  int padding(int axis) {
    return Images.at(op.padding(), axis);
  }

  private int stride(int axis) {
    PerAxis stride = op.stride().values().isEmpty() ? op.kernel() : op.stride();
    return Images.at(stride, axis);
  }

  /** First place of an output's window, negative in the padding. */
  long start(int axis, long out) {
    return out * stride(axis) - padding(axis);
  }

  /** Counts outputs one by one. */
  long outputs(int axis) {
    long reach = Images.at(op.dilation(), axis) * (kernel(axis) - 1L);
    long outs = 0;
    while (op.ceilMode()
        ? start(axis, outs) < pixels(axis)
            && (outs == 0 || start(axis, outs - 1) + reach < pixels(axis) + padding(axis) - 1)
        : start(axis, outs) + reach < pixels(axis) + padding(axis)) {
      outs++;
    }
    return outs;
  }

  /** The pixels of a window that lie within the image. */
  List<Double> window(long[] at) {
    List<Double> seen = new ArrayList<>();
    for (int i = 0; i < kernel(0); i++) {
      for (int j = 0; j < kernel(1); j++) {
        long row = start(0, at[2]) + (long) i * Images.at(op.dilation(), 0);
        long column = start(1, at[3]) + (long) j * Images.at(op.dilation(), 1);
        if (row >= 0 && row < pixels(0) && column >= 0 && column < pixels(1)) {
          seen.add(image.at(at[0], at[1], row, column));
        }
      }
    }
    return seen;
  }
}
