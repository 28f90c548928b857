package dev.kernite.kernels.generator;

import java.util.List;

/** What the normalisations do with one row, beside sums that others need too. */
final class NormKernels {
  private NormKernels() {}

  static RowKernels all() {
    return new RowKernels("NormKernels", "Passes of normalisation over a row of n values.")
        .map(
            "residual",
            "sum = x + residual.",
            "long x, long residual, long sum, long n",
            at -> at.store("sum", at.load("x").plus(at.load("residual"))))
        .map(
            "normalise",
            "y = (x - centre) scale gain + offset.",
            "long x, long gain, long offset, long y, long n, float centre, float scale",
            at -> {
              Vec normal = at.load("x").minus("centre").times("scale");
              at.store("y", normal.fma(at.load("gain"), at.load("offset")));
            })
        .sums(
            "gradientSums",
            "Stores the sums of dy gain and of dy gain (x - centre).",
            "long x, long dy, long gain, long n, float centre, long sums",
            2,
            List.of("grad", "dot"),
            at -> {
              Vec g = at.code.let("g", at.load("dy").times(at.load("gain")));
              Vec distance = at.load("x").minus("centre");
              at.add("grad", g);
              at.addProduct("dot", distance, g);
            })
        .map(
            "gradient",
            """
            {@code dx = scale (dy gain - meanGrad - normal meanDot)}, where normal is {@code (x -
            centre) scale}.""",
            "long x, long dy, long gain, long dx, long n, float centre, float scale,"
                + " float meanGrad, float meanDot",
            at -> {
              Vec normal = at.code.let("normal", at.load("x").minus("centre").times("scale"));
              Vec own = at.load("dy").times(at.load("gain")).minus("meanGrad");
              at.store("dx", own.minus(normal.times("meanDot")).times("scale"));
            })
        .map(
            "addToSums",
            "Adds a row to sums of rows: dgain += dy (x - centre) scale, doffset += dy.",
            "long x, long dy, long dgain, long doffset, long n, float centre, float scale",
            at -> {
              Vec normal = at.load("x").minus("centre").times("scale");
              Vec dy = at.load("dy");
              at.store("dgain", normal.fma(dy, at.load("dgain")));
              at.store("doffset", dy.plus(at.load("doffset")));
            });
  }
}
