package dev.kernite.kernels.cuda;

import dev.kernite.kernels.Gemm;
import dev.kernite.kernels.WeightType;
import dev.kernite.kernels.cuda.driver.Kernel;
import dev.kernite.kernels.cuda.driver.Kernels;
import java.util.Map;

/**
 * Matrix products of float32 operands that are rounded to bfloat16 on the way, on tensor cores:
 * {@code matmul_mixed.cu}. Sums are float32; k is cut into steps of 16.
 */
final class CudaMixedGemm implements Gemm {
  private final Kernels kernels;
  private final Map<MatmulTile, Kernel> tiles;

  CudaMixedGemm(Kernels kernels) {
    this.kernels = kernels;
    tiles = MatmulTile.kernels(kernels, "matmul_mixed", "matmul_mixed_");
  }

  @Override
  public void multiply(Shape s, long a, long b, long bias, long c) {
    if (s.m() == 0 || s.n() == 0 || s.batch() == 0) {
      return;
    }
    MatmulTile tile = MatmulTile.choose(s, kernels.multiprocessors());
    MatmulKernels.tileArguments(tiles.get(tile), s, WeightType.FLOAT32, a, b, bias, c)
        .launch(tile.blocks(s), tile.threads());
  }
}
