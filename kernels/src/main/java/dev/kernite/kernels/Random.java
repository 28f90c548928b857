package dev.kernite.kernels;

/**
 * Random numbers by Philox4x32-10 (Salmon et al. 2011): value i of a stream is word i mod 4 of the
 * block with counter {@code offset + i / 4}, keyed by the seed. The same on every device.
 */
public interface Random {
  /**
   * Uniform float32 in [low, high): low + (high - low) u, u = the word's top 24 bits / 2^24; where
   * that rounds up to high, the float32 below it.
   */
  void uniform(long out, long n, float low, float high, long seed, long offset);

  /** Normal float32 by Box-Muller: words 0, 1 give values 0, 1; words 2, 3 give values 2, 3. */
  void normal(long out, long n, float mean, float std, long seed, long offset);

  /**
   * {@code y[i] = u_i >= p ? x[i] / (1 - p) : 0} (inverted dropout, Srivastava et al. 2014). Called
   * on the upstream gradient with the same seed and offset it is the gradient. p = 1 gives zeros.
   */
  void dropout(long x, long y, long n, float p, long seed, long offset);
}
