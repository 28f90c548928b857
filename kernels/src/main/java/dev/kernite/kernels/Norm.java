package dev.kernite.kernels;

/**
 * Normalisation of the rows of {@code x[rows, cols]}. Gains and biases have {@code cols} values.
 */
public interface Norm {
  /**
   * Layer normalisation (Ba et al. 2016): {@code y = (x - mean) rstd weight + bias}, rstd = 1 /
   * sqrt(biased variance + eps).
   *
   * @param weight gain or 0
   * @param bias offset or 0
   * @param mean receives rows values, or 0
   * @param rstd receives rows values, or 0
   */
  void layerNorm(
      long x,
      long weight,
      long bias,
      long y,
      long mean,
      long rstd,
      long rows,
      long cols,
      float eps);

  /**
   * Gradients of {@link #layerNorm}. dx, dweight and dbias may each be 0 for not wanted; dweight
   * and dbias are overwritten.
   */
  void layerNormGrad(
      long x,
      long weight,
      long mean,
      long rstd,
      long dy,
      long dx,
      long dweight,
      long dbias,
      long rows,
      long cols);

  /**
   * {@link #layerNorm} of {@code sum = x + residual}, which is an output too: the bits of both are
   * those of an addition before a normalisation.
   */
  void addLayerNorm(
      long x,
      long residual,
      long weight,
      long bias,
      long sum,
      long y,
      long mean,
      long rstd,
      long rows,
      long cols,
      float eps);

  /**
   * Gradients of {@link #addLayerNorm}; dx is also that of the residual.
   *
   * @param sum the sum it gave
   * @param dsum gradient with respect to that sum, which is added to dx, or 0
   */
  void addLayerNormGrad(
      long sum,
      long weight,
      long mean,
      long rstd,
      long dy,
      long dsum,
      long dx,
      long dweight,
      long dbias,
      long rows,
      long cols);

  /**
   * Root-mean-square normalisation (Zhang and Sennrich 2019): {@code y = x rstd weight}, rstd = 1 /
   * sqrt(mean(x^2) + eps).
   */
  void rmsNorm(long x, long weight, long y, long rstd, long rows, long cols, float eps);

  /** {@link #rmsNorm} of {@code sum = x + residual}, as {@link #addLayerNorm}. */
  void addRmsNorm(
      long x,
      long residual,
      long weight,
      long sum,
      long y,
      long rstd,
      long rows,
      long cols,
      float eps);

  /** Gradients of {@link #addRmsNorm}, as {@link #addLayerNormGrad}. */
  void addRmsNormGrad(
      long sum,
      long weight,
      long rstd,
      long dy,
      long dsum,
      long dx,
      long dweight,
      long rows,
      long cols);

  /** Gradients of {@link #rmsNorm}; dx and dweight may be 0, dweight is overwritten. */
  void rmsNormGrad(
      long x, long weight, long rstd, long dy, long dx, long dweight, long rows, long cols);
}
