package dev.kernite.kernels.generator;

import static dev.kernite.kernels.generator.Functions.expOrLimit;
import static dev.kernite.kernels.generator.Functions.expOrZero;
import static dev.kernite.kernels.generator.Functions.log;
import static dev.kernite.kernels.generator.Functions.logOneMinus;
import static dev.kernite.kernels.generator.Functions.logOnePlus;

import dev.kernite.kernels.generator.RowKernels.Place;
import java.util.List;
import java.util.function.Function;

/** Element-wise losses of predictions x and targets y, and what cross-entropies do with a row. */
final class LossKernels {
  private static final float LOWEST_LOG = -100;
  private static final float SMALLEST_VARIANCE = 1e-12f;

  private LossKernels() {}

  static RowKernels all() {
    RowKernels kernels = new RowKernels("LossKernels", "Losses and their gradients, n values.");
    losses(kernels);
    gradients(kernels);
    others(kernels);
    crossEntropies(kernels);
    return kernels;
  }

  private static void losses(RowKernels kernels) {
    loss(
        kernels,
        "mse",
        "loss = (x - y)^2.",
        at -> {
          Vec d = at.code.let("d", at.load("x").minus(at.load("y")));
          return d.times(d);
        });
    loss(kernels, "l1", "loss = |x - y|.", at -> at.load("x").minus(at.load("y")).abs());
    loss(
        kernels,
        "bce",
        "loss = -(y ln(x) + (1 - y) ln(1 - x)), logarithms bounded at -100.",
        at -> {
          Vec x = at.load("x");
          Vec y = at.load("y");
          Vec hit = bounded(at, log(at.code, x));
          Vec miss = bounded(at, logOneMinus(at.code, x));
          return y.times(hit).plus(Vec.all(1).minus(y).times(miss)).negative();
        });
    loss(
        kernels,
        "bceWithLogits",
        "loss = (1 - y) x + ln(1 + e^-x), without overflow or cancellation.",
        at -> {
          Vec x = at.load("x");
          Vec y = at.load("y");
          Vec factor = Vec.all(1).minus(y).where(x.below(0), y.negative());
          return x.fma(factor, logOnePlusExp(at, x));
        });
    loss(
        kernels,
        "klDiv",
        "loss = y ln(y) - y x, where 0 ln(0) is 0.",
        at -> {
          Vec x = at.load("x");
          Vec y = at.load("y");
          Vec own = at.code.let("own", log(at.code, y).times(y));
          return own.where(y.equalTo(0), 0).minus(y.times(x));
        });
    loss(
        kernels,
        "klDivLog",
        "loss = e^y (y - x).",
        at -> {
          Vec x = at.load("x");
          Vec y = at.load("y");
          return expOrLimit(at.code, y).times(y.minus(x));
        });
  }

  /** Those with other parameters than the rest. */
  private static void others(RowKernels kernels) {
    kernels
        .map(
            "smoothL1",
            "loss = d^2 / (2 beta) for d = |x - y| below beta, else d - beta / 2.",
            "long x, long y, long loss, long n, float beta",
            at -> {
              Vec d = at.code.let("d", at.load("x").minus(at.load("y")).abs());
              Vec square = d.times(d).times(0.5f).over("beta");
              at.store("loss", d.minus("0.5f * beta").where(d.below("beta"), square));
            })
        .map(
            "smoothL1Grad",
            "dx = scale (x - y) / beta where |x - y| is below beta, else scale sign(x - y).",
            "long x, long y, long scale, long dx, long n, float beta",
            at -> {
              Vec d = at.code.let("d", at.load("x").minus(at.load("y")));
              Vec sign = d.where(d.above(0), 1).where(d.below(0), -1);
              Vec slope = sign.where(d.abs().below("beta"), d.over("beta"));
              at.store("dx", slope.times(at.load("scale")));
            })
        .map(
            "klDivGrad",
            "dx = -scale y.",
            "long y, long scale, long dx, long n",
            at -> at.store("dx", at.load("y").negative().times(at.load("scale"))))
        .map(
            "klDivLogGrad",
            "dx = -scale e^y.",
            "long y, long scale, long dx, long n",
            at -> {
              Vec e = expOrLimit(at.code, at.load("y"));
              at.store("dx", e.negative().times(at.load("scale")));
            });
  }

  private static void loss(
      RowKernels kernels, String name, String doc, Function<Place, Vec> value) {
    kernels.map(
        name, doc, "long x, long y, long loss, long n", at -> at.store("loss", value.apply(at)));
  }

  private static Vec bounded(Place at, Vec log) {
    Vec value = at.code.let("log", log);
    return at.code.let("bounded", value.where(value.below(LOWEST_LOG), LOWEST_LOG));
  }

  /** ln(1 + e^-|x|). */
  private static Vec logOnePlusExp(Place at, Vec x) {
    Vec e = expOrZero(at.code, at.code.let("w", x.abs().negative()));
    return logOnePlus(at.code, at.code.let("z", e));
  }

  private static void gradients(RowKernels kernels) {
    gradient(
        kernels,
        "mseGrad",
        "dx = scale 2 (x - y).",
        at -> at.load("x").minus(at.load("y")).times(2));
    gradient(
        kernels,
        "l1Grad",
        "dx = scale sign(x - y).",
        at -> {
          Vec d = at.code.let("d", at.load("x").minus(at.load("y")));
          return d.where(d.above(0), 1).where(d.below(0), -1);
        });
    gradient(
        kernels,
        "bceGrad",
        "dx = scale (x - y) / ((1 - x) x).",
        at -> {
          Vec x = at.load("x");
          Vec variance = at.code.let("variance", Vec.all(1).minus(x).times(x));
          variance = variance.where(variance.below(SMALLEST_VARIANCE), SMALLEST_VARIANCE);
          return x.minus(at.load("y")).over(variance);
        });
    gradient(
        kernels,
        "bceWithLogitsGrad",
        "dx = scale (1 / (1 + e^-x) - y).",
        at -> {
          Vec w = at.code.let("w", at.load("x").negative());
          Vec s = Vec.all(1).over(expOrLimit(at.code, w).plus(1));
          return s.minus(at.load("y"));
        });
  }

  private static void gradient(
      RowKernels kernels, String name, String doc, Function<Place, Vec> derivative) {
    kernels.map(
        name,
        doc,
        "long x, long y, long scale, long dx, long n",
        at -> at.store("dx", derivative.apply(at).times(at.load("scale"))));
  }

  private static void crossEntropies(RowKernels kernels) {
    kernels
        .map(
            "weigh",
            "y = weight y.",
            "long weight, long y, long n",
            at -> at.store("y", at.load("y").times(at.load("weight"))))
        .map(
            "scaleSubtract",
            "y = factor y - spread.",
            "long y, long n, float factor, float spread",
            at -> at.store("y", at.load("y").times("factor").minus("spread")))
        .map(
            "scaleSubtractWeighted",
            "y = factor y - spread weight.",
            "long weight, long y, long n, float factor, float spread",
            at ->
                at.store(
                    "y", at.load("y").times("factor").minus(at.load("weight").times("spread"))))
        .map(
            "scaleSubtractTargets",
            "y = factor y - (share t + spread).",
            "long t, long y, long n, float factor, float share, float spread",
            at ->
                at.store(
                    "y", at.load("y").times("factor").minus(at.load("t").fma("share", "spread"))))
        .sums(
            "targetSums",
            "Stores the sums of t and of t (x - shift).",
            "long x, long t, long n, float shift, long sums",
            2,
            List.of("mass", "dot"),
            at -> {
              Vec t = at.load("t");
              Vec distance = at.load("x").minus("shift");
              at.add("mass", t);
              at.addProduct("dot", distance, t);
            });
  }
}
