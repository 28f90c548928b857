package dev.kernite.kernels.cpu;

import dev.kernite.kernels.Gemm;
import dev.kernite.kernels.KernelSet;

/** The kernels in plain Java: run anywhere, and are what the vector twin is tested against. */
final class ScalarTwin {
  private ScalarTwin() {}

  static KernelSet create(Workers workers, HostMemory memory) {
    Gemm gemm = new ScalarGemm(workers, memory);
    return new KernelSet(
        gemm,
        new ScalarPackedGemm(workers),
        new ScalarElementwise(workers),
        new ScalarLayout(workers, ScalarLayout::addRun),
        new ScalarReduce(workers),
        new ScalarSoftmax(workers),
        new ScalarNorm(workers),
        new TiledAttention(workers, memory, new ScalarTiles(), new ScalarScoreRows()),
        new ScalarLoss(workers),
        new ScalarIndex(workers),
        new ScalarRandom(workers),
        new ScalarOptim(workers),
        new LoweredConv(
            workers,
            memory,
            gemm,
            new ScalarPanelProduct(gemm),
            new ScalarTiles(),
            new ScalarPixelRows()),
        new ScalarPool(workers),
        new ScalarBatchNorm(workers));
  }
}
