package dev.kernite.kernels.cpu;

/**
 * Constants of the exponential inside the vector kernels.
 *
 * <p>exp(x) = 2^k exp(r) with k = x / ln 2 rounded and r = x - k ln 2, |r| &lt;= ln(2) / 2 (ln 2 in
 * two parts, so that r keeps its digits). Adding {@link #ROUNDER} rounds to an integer and leaves k
 * in the low bits, whence {@code (bits << 23) + bits of 1} is 2^k. exp(r) = 1 + r + r^2 P(r) by the
 * minimax polynomial of degree 5 of Cephes (Moshier 1992). The relative error is below 1.2e-7.
 *
 * <p>These lines stand in every kernel that needs them, rather than in a method: a kernel in which
 * the JIT stops inlining would box its vectors. x must lie in [{@link #LOWEST}, {@link #HIGHEST}];
 * NaN stays NaN.
 */
final class Exponential {
  /** Below it, exp is subnormal; kernels take 0. */
  static final float LOWEST = -87.33654f;

  /** Above it, 2^k overflows. */
  static final float HIGHEST = 88.37f;

  static final float LOG2_E = 1.44269504f;
  static final float ROUNDER = 0x1.8p23f;
  static final float LN2_HIGH = 0.693359375f;
  static final float LN2_LOW = -2.12194440e-4f;
  static final float E2 = 5.0000001201e-1f;
  static final float E3 = 1.6666665459e-1f;
  static final float E4 = 4.1665795894e-2f;
  static final float E5 = 8.3334519073e-3f;
  static final float E6 = 1.3981999507e-3f;
  static final float E7 = 1.9875691500e-4f;

  /** Bits of 1f. */
  static final int ONE = 0x3f80_0000;

  private Exponential() {}
}
