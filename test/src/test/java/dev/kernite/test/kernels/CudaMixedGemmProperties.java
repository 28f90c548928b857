package dev.kernite.test.kernels;

import dev.kernite.kernels.Gemm;
import dev.kernite.kernels.cuda.CudaBackend;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tag;

/**
 * Matrix products of operands rounded to bfloat16: against float64 of the rounded ones, so that
 * what is left is the error of float32 sums, and against parts of themselves bit for bit.
 */
@Tag("cuda")
@Tag("schedule")
final class CudaMixedGemmProperties {
  /** Tensor cores cut off what float32 rounds, and add several products at a time. */
  private static final double DEVIATIONS = 16;

  private final Gemm gemm = ((CudaBackend) CudaDevice.backend()).mixed().gemm();

  /** The nearest bfloat16, the even one of two: the upper half of a float32. */
  private static float rounded(float x) {
    int bits = Float.floatToRawIntBits(x);
    int even = bits >>> 16 & 1;
    return Float.intBitsToFloat((bits + 0x7fff + even) & 0xffff0000);
  }

  @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
  void errorIsThatOfFloat32SumsOfRoundedOperands(@ForAll long seed) {
    CudaGemmCase.draw(new Random(seed), false)
        .check(gemm, CudaMixedGemmProperties::rounded, DEVIATIONS);
  }

  @Property(tries = 30, edgeCases = EdgeCasesMode.NONE)
  void smallIntegersAreExact(@ForAll long seed) {
    CudaGemmCase.draw(new Random(seed), true).check(gemm, x -> x, 0);
  }

  @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
  void anyPartAloneHasTheBitsOfThatPartAmongOthers(@ForAll long seed) {
    Random random = new Random(seed);
    CudaGemmCase.draw(random, false).checkPart(gemm, random);
  }
}
