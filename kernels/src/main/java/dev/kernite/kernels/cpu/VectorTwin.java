package dev.kernite.kernels.cpu;

import dev.kernite.kernels.Gemm;
import dev.kernite.kernels.KernelSet;
import jdk.incubator.vector.FloatVector;

/**
 * The kernels on the Vector API. Touch this class only after {@link TwinChoice} allowed it: it does
 * not link where the module jdk.incubator.vector is absent.
 */
final class VectorTwin {
  private VectorTwin() {}

  /** Width of the widest vectors the machine computes with. */
  static int bits() {
    return FloatVector.SPECIES_PREFERRED.vectorBitSize();
  }

  static KernelSet create(Workers workers, HostMemory memory) {
    RowGroups rowGroups = new RowGroups(workers);
    Gemm gemm = new VectorGemm(workers, memory, rowGroups);
    return new KernelSet(
        gemm,
        new VectorPackedGemm(workers, memory, rowGroups),
        new VectorElementwise(workers),
        new ScalarLayout(workers, VectorBinary::addRun),
        new VectorReduce(workers, memory),
        new VectorSoftmax(workers),
        new VectorNorm(workers, memory),
        new TiledAttention(workers, memory, new VectorTiles(), new VectorScoreRows()),
        new VectorLoss(workers),
        new ScalarIndex(workers),
        new VectorRandom(workers),
        new VectorOptim(workers),
        new LoweredConv(
            workers,
            memory,
            gemm,
            new VectorPanelProduct(workers, memory),
            new VectorTiles(),
            new VectorPixelRows()),
        new VectorPool(workers, memory),
        new VectorBatchNorm(workers));
  }
}
