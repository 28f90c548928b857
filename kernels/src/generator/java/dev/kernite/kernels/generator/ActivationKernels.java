package dev.kernite.kernels.generator;

import static dev.kernite.kernels.generator.Functions.clamp;
import static dev.kernite.kernels.generator.Functions.exp;
import static dev.kernite.kernels.generator.Functions.expMinusOne;
import static dev.kernite.kernels.generator.Functions.expOrLimit;
import static dev.kernite.kernels.generator.Functions.expOrZero;
import static dev.kernite.kernels.generator.Functions.logOnePlus;
import static dev.kernite.kernels.generator.Functions.polynomial;
import static dev.kernite.kernels.generator.Functions.sine;

/**
 * The Gaussian error linear units, the sigmoid family, other transcendental functions, and their
 * derivatives.
 */
final class ActivationKernels {
  // 2 sqrt(2 / pi) (x + 0.044715 x^3) = x (A + B x^2), whose derivative is A + 3 B x^2
  private static final float A = 1.5957691216f;
  private static final float B = 0.0713548163f;
  private static final float B_3 = 0.2140644488f;

  /** Where the tanh form of GELU is x or 0 in float32. */
  private static final float FAR_GELU = 10;

  /** Where the normal distribution's tail is 0 in float32. */
  private static final float FAR_NORMAL = 13.2f;

  /** Where a sigmoid is 0 or 1 in float32, but for subnormals. */
  private static final float FAR_SIGMOID = 87;

  /** Where tanh is 1 in float32. */
  private static final float FAR_TANH = 9.1f;

  /** Below it tanh is a polynomial (Cephes, Moshier 1992): the quotient would cancel. */
  private static final float NEAR_TANH = 0.625f;

  private static final float[] TANH = {
    -5.70498872745e-3f, 2.06390887954e-2f, -5.37397155531e-2f, 1.33314422036e-1f, -3.33332819422e-1f
  };

  /**
   * The normal tail is e^(-x^2 / 2) u P(u) with u = 1 / (1 + x / 4), for x from 0 to 13.2: a
   * minimax fit to erfc(x / sqrt(2)) / 2, relative error 4e-8 before rounding.
   */
  private static final float[] NORMAL_TAIL = {
    2.8165897e-2f,
    -1.6479976e-1f,
    3.2118767e-1f,
    -2.3486388e-1f,
    2.2219241e-1f,
    2.4042450e-2f,
    1.0607673e-1f,
    9.8180570e-2f,
    9.9817902e-2f
  };

  private static final float ONE_OVER_SQRT_2PI = 0.39894228f;

  private static final float SQRT_2 = 1.41421356f;
  private static final float TWO_OVER_SQRT_PI = 1.12837917f;

  /** Below it erf is a polynomial: 1 minus the tail would lose digits. */
  private static final float NEAR_ERF = 0.9f;

  /** erf(x) / x in x^2 for x up to 0.9, relative error below 2e-8. */
  private static final float[] ERF = {
    -6.090360112e-4f,
    5.011962727e-3f,
    -2.677890845e-2f,
    1.128214076e-1f,
    -3.761252463e-1f,
    1.128379107e+0f
  };

  private ActivationKernels() {}

  static MapKernels all() {
    return new MapKernels(
            "ActivationKernels",
            "Activation and other transcendental functions, and their derivatives.")
        .map(
            "geluTanh",
            "y = x / (1 + exp(-2 sqrt(2 / pi) (x + 0.044715 x^3))), which is the tanh form.",
            ActivationKernels::geluTanh)
        .gradient(
            "geluTanhGrad",
            "dx = dy (s + x s (1 - s) w'), s = 1 / (1 + exp(-w)), w = 2 sqrt(2 / pi) (x + 0.044715 x^3).",
            ActivationKernels::geluTanhGrad)
        .map(
            "geluErf",
            "y = x Phi(x), Phi the normal distribution function.",
            ActivationKernels::geluErf)
        .gradient(
            "geluErfGrad",
            "dx = dy (Phi(x) + x exp(-x^2 / 2) / sqrt(2 pi)).",
            ActivationKernels::geluErfGrad)
        .map(
            "sigmoid", "y = 1 / (1 + e^-x).", (code, x) -> Vec.all(1).over(sigmoidDivisor(code, x)))
        .map("silu", "y = x / (1 + e^-x).", (code, x) -> x.over(sigmoidDivisor(code, x)))
        .gradient(
            "siluGrad",
            "dx = dy s (1 + x (1 - s)), s = 1 / (1 + e^-x).",
            ActivationKernels::siluGrad)
        .map("tanh", "y = tanh(x) = 1 - 2 / (e^(2 x) + 1).", ActivationKernels::tanh)
        .map("exp", "y = e^x, over the whole range.", Functions::expOfAny)
        .map("log", "y = ln(x).", Functions::log)
        .map(
            "elu",
            "y = x where x > 0, else p (e^x - 1).",
            (code, x) -> expMinusOne(code, x).times("p").where(x.above(0), x),
            "p")
        .gradient(
            "eluGrad",
            "dx = dy where x > 0, else dy p e^x.",
            (code, x, dy) -> expOrZero(code, x).times("p").times(dy).where(x.above(0), dy),
            "p")
        .map(
            "softplus",
            "y = ln(1 + e^(p x)) / p, x itself where p x > q.",
            ActivationKernels::softplus,
            "p",
            "q")
        .gradient(
            "softplusGrad",
            "dx = dy / (1 + e^(-p x)), dy itself where p x > q.",
            ActivationKernels::softplusGrad,
            "p",
            "q")
        .map(
            "logSigmoid",
            "y = ln(1 / (1 + e^-x)) = min(x, 0) - ln(1 + e^-|x|).",
            (code, x) -> x.where(x.above(0), 0).minus(softplusOfMinus(code, x)))
        .gradient(
            "logSigmoidGrad",
            "dx = dy / (1 + e^x).",
            (code, x, dy) -> dy.over(expOrLimit(code, x).plus(1)))
        .map("erf", "y = erf(x).", ActivationKernels::erf)
        .gradient(
            "erfGrad",
            "dx = dy 2 / sqrt(pi) e^(-x^2).",
            (code, x, dy) -> {
              Vec w = code.let("w", x.times(x).negative());
              return dy.times(expOrZero(code, w).times(TWO_OVER_SQRT_PI));
            })
        .map("sine", "y = sin(x), for |x| up to 1e5.", (code, x) -> sine(code, x, 0))
        .map("cosine", "y = cos(x), for |x| up to 1e5.", (code, x) -> sine(code, x, 1))
        .gradient(
            "sineGrad",
            "dx = dy cos(x), for |x| up to 1e5.",
            (code, x, dy) -> sine(code, x, 1).times(dy))
        .gradient(
            "cosineGrad",
            "dx = -dy sin(x), for |x| up to 1e5.",
            (code, x, dy) -> sine(code, x, 2).times(dy));
  }

  /** ln(1 + e^-|x|). */
  private static Vec softplusOfMinus(Code code, Vec x) {
    Vec e = expOrZero(code, code.let("w", x.abs().negative()));
    return logOnePlus(code, code.let("z", e));
  }

  private static Vec softplus(Code code, Vec x) {
    Vec u = code.let("u", x.times("p"));
    Vec rest = softplusOfMinus(code, u);
    Vec y = u.where(u.below(0), 0).plus(rest).over("p");
    return y.where(u.above("q"), x);
  }

  private static Vec softplusGrad(Code code, Vec x, Vec dy) {
    Vec u = code.let("u", x.times("p"));
    Vec divisor = expOrLimit(code, code.let("w", u.negative())).plus(1);
    return dy.over(divisor).where(u.above("q"), dy);
  }

  private static Vec erf(Code code, Vec x) {
    Vec size = code.let("size", x.abs());
    Vec tail = normal(code, code.let("scaled", size.times(SQRT_2))).tail;
    Vec far = code.let("far", tail.fma(-2, 1));
    Vec square = code.let("square", x.times(x));
    Vec near = polynomial(code, "near", square, ERF).times(x);
    return far.where(x.below(0), far.negative()).where(size.below(NEAR_ERF), near);
  }

  /** The exponent of the sigmoid form of GELU. */
  private static Vec geluExponent(Code code, Vec x) {
    return code.let("w", x.times(x).fma(-B, -A).times(x));
  }

  private static Vec geluTanh(Code code, Vec x) {
    Vec e = expOrLimit(code, geluExponent(code, x));
    return x.over(e.plus(1));
  }

  private static Vec geluTanhGrad(Code code, Vec x, Vec dy) {
    Vec c = clamp(code, x, -FAR_GELU, FAR_GELU);
    Vec e = exp(code, geluExponent(code, c));
    Vec s = code.let("s", Vec.all(1).over(e.plus(1)));
    Vec slope = c.times(c).fma(B_3, A);
    Vec rest = e.times(s); // 1 - s
    return slope.times(c).times(rest).fma(s, s).times(dy);
  }

  /**
   * What the erf form of GELU is made of.
   *
   * @param bell e^(-x^2 / 2)
   * @param tail what the normal distribution leaves beyond |x|
   * @param phi the normal distribution function of x
   */
  private record Normal(Vec bell, Vec tail, Vec phi) {}

  private static Normal normal(Code code, Vec x) {
    Vec far = x.abs();
    Vec size = code.let("size", far.where(far.above(FAR_NORMAL), FAR_NORMAL));
    Vec square = code.let("square", size.times(size));
    Vec lost = code.let("lost", size.fma(size, square.negative())); // by rounding the square
    Vec e = exp(code, code.let("w", square.times(-0.5f)));
    Vec bell = code.let("bell", e.minus(e.times(lost.times(0.5f))));
    Vec u = code.let("u", Vec.all(1).over(size.fma(0.25f, 1)));
    Vec p = polynomial(code, "p", u, NORMAL_TAIL);
    Vec tail = code.let("tail", p.times(u).times(bell).where(x.abs().above(FAR_NORMAL), 0));
    Vec phi = Vec.all(1).minus(tail).where(x.below(0), tail);
    return new Normal(bell, tail, phi);
  }

  private static Vec geluErf(Code code, Vec x) {
    return x.times(normal(code, x).phi);
  }

  private static Vec geluErfGrad(Code code, Vec x, Vec dy) {
    Vec c = clamp(code, x, -FAR_NORMAL, FAR_NORMAL);
    Normal normal = normal(code, c);
    return c.times(normal.bell).fma(ONE_OVER_SQRT_2PI, normal.phi).times(dy);
  }

  /** 1 + e^-x, the sigmoid's denominator. */
  private static Vec sigmoidDivisor(Code code, Vec x) {
    return expOrLimit(code, code.let("w", x.negative())).plus(1);
  }

  private static Vec siluGrad(Code code, Vec x, Vec dy) {
    Vec c = clamp(code, x, -FAR_SIGMOID, FAR_SIGMOID);
    Vec e = exp(code, code.let("w", c.negative()));
    Vec s = code.let("s", Vec.all(1).over(e.plus(1)));
    Vec rest = e.times(s); // 1 - s
    return c.times(rest).fma(s, s).times(dy);
  }

  private static Vec tanh(Code code, Vec x) {
    Vec c = clamp(code, x, -FAR_TANH, FAR_TANH);
    Vec e = exp(code, code.let("w", c.plus(c)));
    Vec far = code.let("far", Vec.all(1).minus(Vec.all(2).over(e.plus(1))));
    Vec square = code.let("square", c.times(c));
    Vec p = polynomial(code, "p", square, TANH);
    Vec near = code.let("near", p.times(square).fma(x, x));
    return far.where(x.abs().below(NEAR_TANH), near);
  }
}
