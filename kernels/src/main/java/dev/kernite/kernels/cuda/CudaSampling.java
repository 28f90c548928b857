package dev.kernite.kernels.cuda;

import dev.kernite.kernels.cuda.driver.Kernel;
import dev.kernite.kernels.cuda.driver.Kernels;

/**
 * Next-token probabilities on the device: {@code sampling.cu}. For decoding that leaves the logits
 * where they are.
 */
final class CudaSampling {
  private static final int THREADS = 1024;

  private final Kernel filter;

  CudaSampling(Kernels kernels) {
    filter = kernels.kernel("sampling", "sample_filter");
  }

  /**
   * Softmax of {@code logits[rows, cols] / temperature} over the tokens that top-k and top-p leave;
   * 0 for the others. Tokens tied with the last that stays do so too.
   *
   * @param temperature above 0
   * @param k how many tokens top-k leaves, 0 for all
   * @param p the mass that top-p leaves, from 0 (one token) to 1 (all)
   */
  void filter(
      long logits, long probabilities, long rows, int cols, float temperature, int k, float p) {
    if (rows * cols > 0) {
      filter
          .arg(logits)
          .arg(probabilities)
          .arg(cols)
          .arg(temperature)
          .arg(k)
          .arg(p)
          .launch(rows, THREADS);
    }
  }
}
