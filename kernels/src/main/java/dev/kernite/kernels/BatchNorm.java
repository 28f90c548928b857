package dev.kernite.kernels;

/**
 * Batch normalisation (Ioffe and Szegedy 2015): each channel of {@code x[batch, channels, pixels]}
 * is normalised by one mean and one variance, {@code y = (x - mean) rstd weight + bias} with rstd =
 * 1 / sqrt(variance + eps).
 */
public interface BatchNorm {
  /**
   * Mean and biased variance of each channel; both 0 where there are no values.
   *
   * @param mean receives channels values
   * @param variance receives channels values
   */
  void statistics(Shape s, long x, long mean, long variance);

  /**
   * Normalises by given statistics.
   *
   * @param weight gain of each channel, or 0
   * @param bias offset of each channel, or 0
   */
  void normalise(
      Shape s, long x, long mean, long variance, long weight, long bias, float eps, long y);

  /**
   * Gradients of {@link #normalise}. dx, dweight and dbias may each be 0 for not wanted; they are
   * overwritten.
   *
   * @param ownStatistics whether mean and variance are those of x, so that dx also flows through
   *     them
   */
  void grad(
      Shape s,
      boolean ownStatistics,
      long x,
      long mean,
      long variance,
      long weight,
      float eps,
      long dy,
      long dx,
      long dweight,
      long dbias);

  /**
   * Sizes.
   *
   * @param batch samples
   * @param channels what is normalised, each for itself
   * @param pixels values of a channel in a sample, 1 for plain features
   */
  record Shape(long batch, long channels, long pixels) {
    /** Values of one channel. */
    public long count() {
      return batch * pixels;
    }

    /** What sums over a channel are divided by: sums of nothing are 0, and stay so. */
    public long divisor() {
      return Math.max(1, count());
    }
  }
}
