package dev.kernite.kernels.generator;

/**
 * Functions of a few exact operations, and their derivatives. Comparisons with NaN are false, so
 * that NaN takes the branch that keeps it.
 */
final class AlgebraKernels {
  private AlgebraKernels() {}

  static MapKernels all() {
    MapKernels kernels =
        new MapKernels(
            "AlgebraKernels", "Functions of a few exact operations, and their derivatives.");
    functions(kernels);
    derivatives(kernels);
    return kernels;
  }

  private static void functions(MapKernels kernels) {
    kernels
        .map("relu", "y = max(x, 0).", (code, x) -> x.where(x.atMost(0), 0))
        .map(
            "leakyRelu",
            "y = x where x >= 0, else p x.",
            (code, x) -> x.times("p").where(x.atLeast(0), x),
            "p")
        .map(
            "clamp",
            "y = min(max(x, p), q), for p <= q.",
            (code, x) -> {
              Vec raised = code.let("raised", x.where(x.below("p"), "p"));
              return raised.where(raised.above("q"), "q");
            },
            "p",
            "q")
        .map("sqrt", "y = sqrt(x).", (code, x) -> x.sqrt())
        .map("rsqrt", "y = 1 / sqrt(x).", (code, x) -> Vec.all(1).over(x.sqrt()))
        .map("reciprocal", "y = 1 / x.", (code, x) -> Vec.all(1).over(x))
        .map("square", "y = x x.", (code, x) -> x.times(x))
        .map("abs", "y = |x|.", (code, x) -> x.abs())
        .map("negate", "y = -x.", (code, x) -> x.negative());
  }

  private static void derivatives(MapKernels kernels) {
    kernels
        .gradient(
            "reluGrad", "dx = dy, but 0 where x <= 0.", (code, x, dy) -> dy.where(x.atMost(0), 0))
        .gradient(
            "leakyReluGrad",
            "dx = dy where x > 0, else p dy.",
            (code, x, dy) -> dy.times("p").where(x.above(0), dy),
            "p")
        .gradient(
            "clampGrad",
            "dx = dy where p <= x <= q, else 0.",
            (code, x, dy) -> Vec.all(0).where(x.atLeast("p").and(x.atMost("q")), dy),
            "p",
            "q")
        .gradient("squareGrad", "dx = 2 x dy.", (code, x, dy) -> dy.times(x.plus(x)))
        .gradient(
            "absGrad",
            "dx = dy sign(x), where sign(0) = 0 and the sign of NaN is NaN.",
            (code, x, dy) ->
                dy.negative().where(x.above(0), dy).where(x.equalTo(0).or(x.isNaN()), dy.times(x)))
        .gradient("logGrad", "dx = dy / x.", (code, x, dy) -> dy.over(x))
        .result(
            "sigmoidGrad",
            "dx = dy (1 - y) y.",
            (code, y, dy) -> dy.times(Vec.all(1).minus(y)).times(y))
        .result(
            "tanhGrad",
            "dx = dy (1 - y^2).",
            (code, y, dy) -> dy.times(Vec.all(1).minus(y.times(y))))
        .result("expGrad", "dx = dy y.", (code, y, dy) -> dy.times(y))
        .result("sqrtGrad", "dx = dy / (2 y).", (code, y, dy) -> dy.over(y.plus(y)))
        .result(
            "rsqrtGrad",
            "dx = -dy y^3 / 2.",
            (code, y, dy) -> dy.times(-0.5f).times(y.times(y).times(y)))
        .result(
            "reciprocalGrad", "dx = -dy y^2.", (code, y, dy) -> dy.negative().times(y.times(y)));
  }
}
