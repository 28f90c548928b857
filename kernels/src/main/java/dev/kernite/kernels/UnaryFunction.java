package dev.kernite.kernels;

/**
 * Functions of one value, with up to two parameters p and q. NaN stays NaN in all of them.
 *
 * <p>The derivative is taken as PyTorch takes it: 0 for {@code abs} and {@code relu} at 0, 1 inside
 * and on the bounds of {@code clamp}.
 */
public enum UnaryFunction {
  /** max(x, 0). */
  RELU,
  /** x where x &gt;= 0, else p x (Maas et al. 2013); the derivative at 0 is p. */
  LEAKY_RELU,
  /** x where x &gt; 0, else p (e^x - 1) (Clevert et al. 2015). */
  ELU,
  /** 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) (Hendrycks and Gimpel 2016). */
  GELU_TANH,
  /** x Phi(x) with the exact normal distribution function. */
  GELU_ERF,
  /** x sigmoid(x). */
  SILU,
  /** 1 / (1 + e^-x). */
  SIGMOID,
  /** log(sigmoid(x)), without overflow. */
  LOG_SIGMOID,
  /** Hyperbolic tangent. */
  TANH,
  /** log(1 + e^(p x)) / p; x itself where p x &gt; q. */
  SOFTPLUS,
  /** Gauss error function. */
  ERF,
  /** e^x. */
  EXP,
  /** Natural logarithm. */
  LOG,
  /** Square root. */
  SQRT,
  /** 1 / sqrt(x). */
  RSQRT,
  /** 1 / x. */
  RECIPROCAL,
  /** x x. */
  SQUARE,
  /** |x|. */
  ABS,
  /** -x. */
  NEG,
  /** Sine, x in radians. */
  SIN,
  /** Cosine, x in radians. */
  COS,
  /** min(max(x, p), q). */
  CLAMP
}
