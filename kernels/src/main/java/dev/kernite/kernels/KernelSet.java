package dev.kernite.kernels;

/**
 * One implementation of every group of kernels: a twin of the CPU's, or the launchers of a CUDA
 * device. The groups are described at {@link Backend}.
 *
 * @param gemm see {@link Backend#gemm}
 * @param packedGemm see {@link Backend#packedGemm}
 * @param elementwise see {@link Backend#elementwise}
 * @param layout see {@link Backend#layout}
 * @param reduce see {@link Backend#reduce}
 * @param softmax see {@link Backend#softmax}
 * @param norm see {@link Backend#norm}
 * @param attention see {@link Backend#attention}
 * @param loss see {@link Backend#loss}
 * @param index see {@link Backend#index}
 * @param random see {@link Backend#random}
 * @param optim see {@link Backend#optim}
 * @param conv see {@link Backend#conv}
 * @param pool see {@link Backend#pool}
 * @param batchNorm see {@link Backend#batchNorm}
 */
public record KernelSet(
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
    Optim optim,
    Conv conv,
    Pool pool,
    BatchNorm batchNorm) {

  /** The same with other matrix products. */
  public KernelSet withGemm(Gemm other) {
    return new KernelSet(
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
        optim,
        conv,
        pool,
        batchNorm);
  }

  /** The same with another softmax family. */
  public KernelSet withSoftmax(Softmax other) {
    return new KernelSet(
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
        optim,
        conv,
        pool,
        batchNorm);
  }

  /** The same with another attention. */
  public KernelSet withAttention(Attention other) {
    return new KernelSet(
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
        optim,
        conv,
        pool,
        batchNorm);
  }
}
