package dev.kernite.test.kernels;

import dev.kernite.kernels.Gemm;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tag;

/**
 * Matrix products on a CUDA device: against float64, and against parts of themselves bit for bit.
 */
@Tag("cuda")
@Tag("schedule")
final class CudaGemmProperties {
  private final Gemm gemm = CudaDevice.backend().gemm();

  @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
  void errorIsThatOfFloat32Sums(@ForAll long seed) {
    CudaGemmCase.draw(new Random(seed), false).check(gemm, x -> x, 4);
  }

  @Property(tries = 30, edgeCases = EdgeCasesMode.NONE)
  void smallIntegersAreExact(@ForAll long seed) {
    CudaGemmCase.draw(new Random(seed), true).check(gemm, x -> x, 0);
  }

  /** Other numbers of rows and columns take other tiles, or gemv.cu for few rows. */
  @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
  void anyPartAloneHasTheBitsOfThatPartAmongOthers(@ForAll long seed) {
    Random random = new Random(seed);
    CudaGemmCase.draw(random, false).checkPart(gemm, random);
  }
}
