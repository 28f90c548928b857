package dev.kernite.kernels.cuda;

import dev.kernite.kernels.Gemm;
import dev.kernite.kernels.WeightType;
import dev.kernite.kernels.cuda.driver.Kernels;
import dev.kernite.kernels.cuda.driver.Scratch;

/**
 * Matrix products on the device: {@code matmul.cu}, or {@code gemv.cu} for few rows. Sums are cut
 * along k into chunks of 64.
 */
final class CudaGemm implements Gemm {
  private final MatmulKernels kernels;

  CudaGemm(Kernels kernels, Scratch scratch) {
    this.kernels = new MatmulKernels(kernels);
  }

  @Override
  public void multiply(Shape shape, long a, long b, long bias, long c) {
    kernels.multiply(
        shape, WeightType.FLOAT32, shape.n(), a, b, bias, MatmulKernels.NO_ACTIVATION, c);
  }
}
