package dev.kernite.kernels.cuda;

import dev.kernite.kernels.Attention;
import dev.kernite.kernels.Elementwise;
import dev.kernite.kernels.Gemm;
import dev.kernite.kernels.Index;
import dev.kernite.kernels.Layout;
import dev.kernite.kernels.Loss;
import dev.kernite.kernels.Memory;
import dev.kernite.kernels.Norm;
import dev.kernite.kernels.Optim;
import dev.kernite.kernels.PackedGemm;
import dev.kernite.kernels.Random;
import dev.kernite.kernels.Reduce;
import dev.kernite.kernels.Softmax;
import dev.kernite.kernels.cuda.driver.Kernels;
import dev.kernite.kernels.cuda.driver.Scratch;

/** The launchers of all groups. */
record CudaKernels(
    Gemm gemm,
    PackedGemm packedGemm,
    Elementwise elementwise,
    Layout layout,
    Reduce reduce,
    Softmax softmax,
    Norm norm,
    Attention attention,
    Loss loss,
    Index index,
    Random random,
    Optim optim) {

  static CudaKernels create(Kernels kernels, Scratch scratch, Memory memory) {
    Elementwise elementwise = new CudaElementwise(kernels, scratch);
    Softmax softmax = new CudaSoftmax(kernels, scratch);
    return new CudaKernels(
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
        new CudaOptim(kernels, scratch));
  }

  /** The same launchers with another one for matrix products. */
  CudaKernels withGemm(Gemm other) {
    return new CudaKernels(
        other,
        packedGemm,
        elementwise,
        layout,
        reduce,
        softmax,
        norm,
        attention,
        loss,
        index,
        random,
        optim);
  }

  /** The same launchers with another one for the softmax family. */
  CudaKernels withSoftmax(Softmax other) {
    return new CudaKernels(
        gemm,
        packedGemm,
        elementwise,
        layout,
        reduce,
        other,
        norm,
        attention,
        loss,
        index,
        random,
        optim);
  }

  /** The same launchers with another one for attention. */
  CudaKernels withAttention(Attention other) {
    return new CudaKernels(
        gemm,
        packedGemm,
        elementwise,
        layout,
        reduce,
        softmax,
        norm,
        other,
        loss,
        index,
        random,
        optim);
  }
}
