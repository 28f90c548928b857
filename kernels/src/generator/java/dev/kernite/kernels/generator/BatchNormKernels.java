package dev.kernite.kernels.generator;

import java.util.List;

/** What batch normalisation does with the pixels of one channel of one sample. */
final class BatchNormKernels {
  private BatchNormKernels() {}

  static RowKernels all() {
    return new RowKernels(
            "BatchNormKernels", "Passes of batch normalisation over n values of one channel.")
        .map(
            "normalise",
            "y = (x - centre) scale + offset.",
            "long x, long y, long n, float centre, float scale, float offset",
            at -> at.store("y", at.load("x").minus("centre").fma("scale", "offset")))
        .sums(
            "gradientSums",
            "Stores the sums of dy and of dy (x - centre).",
            "long x, long dy, long n, float centre, long sums",
            2,
            List.of("grad", "dot"),
            at -> {
              Vec dy = at.load("dy");
              Vec distance = at.load("x").minus("centre");
              at.add("grad", dy);
              at.addProduct("dot", distance, dy);
            })
        .map(
            "gradient",
            "dx = (dy - meanGrad - (x - centre) slope) scale.",
            "long x, long dy, long dx, long n, float centre, float scale, float meanGrad,"
                + " float slope",
            at -> {
              Vec own = at.load("dy").minus("meanGrad");
              Vec through = at.load("x").minus("centre").times("slope");
              at.store("dx", own.minus(through).times("scale"));
            });
  }
}
