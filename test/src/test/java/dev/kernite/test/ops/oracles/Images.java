package dev.kernite.test.ops.oracles;

import dev.kernite.engine.Shape;
import dev.kernite.engine.op.PerAxis;
import dev.kernite.test.ops.NdArray;

/** What the oracles of image operations share: windows as their definition writes them. */
final class Images {
  private Images() {}

  /** An attribute for an axis: one value stands for all. */
  static int at(PerAxis p, int axis) {
    return p.values().get(p.values().size() == 1 ? 0 : axis);
  }

  /** An array [batch, channels, height, width], whatever axes the given one leaves out. */
  static NdArray four(NdArray x, boolean batch, boolean height) {
    long[] d = x.shape().toArray();
    int i = 0;
    long n = batch ? d[i++] : 1;
    long c = d[i++];
    long h = height ? d[i++] : 1;
    return x.reshape(n, c, h, d[i]);
  }

  /** The pixel of an image, 0 beyond it. */
  static double pixel(NdArray x, long n, long c, long i, long j) {
    Shape s = x.shape();
    boolean inside = i >= 0 && i < s.dim(2) && j >= 0 && j < s.dim(3);
    return inside ? x.at(n, c, i, j) : 0;
  }
}
