package dev.kernite.kernels.cuda;

import dev.kernite.kernels.Elementwise;
import dev.kernite.kernels.KernelSet;
import dev.kernite.kernels.Memory;
import dev.kernite.kernels.Softmax;
import dev.kernite.kernels.cuda.driver.Kernels;
import dev.kernite.kernels.cuda.driver.Scratch;

/** Makes the launchers of all groups. */
final class CudaKernels {
  private CudaKernels() {}

  static KernelSet create(Kernels kernels, Scratch scratch, Memory memory) {
    Elementwise elementwise = new CudaElementwise(kernels, scratch);
    Softmax softmax = new CudaSoftmax(kernels, scratch);
    return new KernelSet(
        new CudaGemm(kernels, scratch),
        new CudaPackedGemm(kernels, scratch, memory, elementwise),
        elementwise,
        new CudaLayout(kernels, scratch),
        new CudaReduce(kernels, scratch),
        softmax,
        new CudaNorm(kernels, scratch),
        new CudaAttention(kernels, scratch, softmax),
        new CudaLoss(kernels, scratch),
        new CudaIndex(kernels, scratch),
        new CudaRandom(kernels, scratch),
        new CudaOptim(kernels, scratch),
        new CudaConv(kernels, scratch),
        new CudaPool(kernels),
        new CudaBatchNorm(kernels, scratch));
  }
}
