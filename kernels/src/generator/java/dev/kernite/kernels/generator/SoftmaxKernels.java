package dev.kernite.kernels.generator;

import static dev.kernite.kernels.generator.Functions.HIGHEST_EXP;
import static dev.kernite.kernels.generator.Functions.expOrZero;

import dev.kernite.kernels.generator.RowKernels.Fold;

/** What the softmax family does with one row, whose largest value the caller has found. */
final class SoftmaxKernels {
  private SoftmaxKernels() {}

  static RowKernels all() {
    return new RowKernels("SoftmaxKernels", "Passes of the softmax family over a row of n values.")
        .fold(
            "sumExp",
            "Sum of exp(x - shift), for x up to shift.",
            "long x, long n, float shift",
            2,
            Fold.SUM,
            at -> {
              Vec distance = at.code.let("distance", at.load("x").minus("shift"));
              at.add("sum", expOrZero(at.code, distance));
            })
        .fold(
            "storeExp",
            "Stores y = exp(x - shift), for x up to shift, and returns its sum.",
            "long x, long y, long n, float shift",
            2,
            Fold.SUM,
            at -> {
              Vec distance = at.code.let("distance", at.load("x").minus("shift"));
              Vec e = at.code.let("e", expOrZero(at.code, distance));
              at.store("y", e);
              at.add("sum", e);
            })
        .map(
            "softmaxGrad",
            "dx = y (dy - dot), dot the sum of y dy.",
            "long y, long dy, long dx, long n, float dot",
            at -> at.store("dx", at.load("dy").minus("dot").times(at.load("y"))))
        .map(
            "logSoftmax",
            "y = x - max - logSum, in this order: x - max is exact where it matters.",
            "long x, long y, long n, float max, float logSum",
            at -> at.store("y", at.load("x").minus("max").minus("logSum")))
        .map(
            "logSoftmaxGrad",
            "dx = dy - exp(y) sum, for y up to 0 and sum that of dy.",
            "long y, long dy, long dx, long n, float sum",
            at -> {
              Vec e = expOrZero(at.code, at.load("y"));
              at.store("dx", at.load("dy").minus(e.times("sum")));
            })
        .map(
            "logSumExpGrad",
            "dx = exp(x - lse) upstream.",
            "long x, long dx, long n, float lse, float upstream",
            at -> {
              Vec distance = at.code.let("distance", at.load("x").minus("lse"));
              Vec bounded =
                  at.code.let("bounded", distance.where(distance.above(HIGHEST_EXP), HIGHEST_EXP));
              at.store("dx", expOrZero(at.code, bounded).times("upstream"));
            });
  }
}
