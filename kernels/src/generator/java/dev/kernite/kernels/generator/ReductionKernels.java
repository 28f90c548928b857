package dev.kernite.kernels.generator;

import dev.kernite.kernels.generator.RowKernels.Fold;

/**
 * Sums and extremes of a row. Lanes add in float32, so that a caller with a long row takes it in
 * blocks.
 */
final class ReductionKernels {
  private ReductionKernels() {}

  static RowKernels all() {
    return new RowKernels("ReductionKernels", "Sums and extremes of a row of n values.")
        .fold(
            "max",
            "Largest value, NaN if there is one, -infinity of nothing.",
            "long x, long n",
            4,
            Fold.MAX,
            at -> {
              Vec x = at.load("x");
              at.update("sum", max -> x.max(max));
            })
        .fold(
            "min",
            "Smallest value, NaN if there is one, infinity of nothing.",
            "long x, long n",
            4,
            Fold.MIN,
            at -> {
              Vec x = at.load("x");
              at.update("sum", min -> x.min(min));
            })
        .fold(
            "largest",
            "Largest value that is not NaN, -infinity of nothing: a third of the work of max.",
            "long x, long n",
            4,
            Fold.LARGEST,
            at -> {
              Vec x = at.load("x");
              at.update("sum", max -> x.orElse(max, x.above(max)));
            })
        .fold(
            "largestSize",
            "Largest |x| that is not NaN, -infinity of nothing.",
            "long x, long n",
            4,
            Fold.LARGEST,
            at -> {
              Vec size = at.code.let("size", at.load("x").abs());
              at.update("sum", max -> size.orElse(max, size.above(max)));
            })
        .fold(
            "sum",
            "Sum of x.",
            "long x, long n",
            4,
            Fold.SUM,
            at -> {
              Vec x = at.load("x");
              at.add("sum", x);
            })
        .fold(
            "sumShifted",
            "Sum of x - shift.",
            "long x, long n, float shift",
            4,
            Fold.SUM,
            at -> {
              Vec distance = at.load("x").minus("shift");
              at.add("sum", distance);
            })
        .fold(
            "squares",
            "Sum of (x - centre)^2.",
            "long x, long n, float centre",
            4,
            Fold.SUM,
            at -> {
              Vec distance = at.code.let("distance", at.load("x").minus("centre"));
              at.addProduct("sum", distance, distance);
            })
        .fold(
            "dot",
            "Sum of x y.",
            "long x, long y, long n",
            4,
            Fold.SUM,
            at -> {
              Vec x = at.load("x");
              Vec y = at.load("y");
              at.addProduct("sum", x, y);
            })
        .map(
            "scale",
            "y = factor x.",
            "long x, long y, long n, float factor",
            at -> at.store("y", at.load("x").times("factor")))
        .map(
            "fill",
            "y = value.",
            "long y, long n, float value",
            at -> at.store("y", Vec.all("value")));
  }
}
