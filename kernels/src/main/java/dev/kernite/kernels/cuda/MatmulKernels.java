package dev.kernite.kernels.cuda;

import dev.kernite.kernels.Gemm;
import dev.kernite.kernels.WeightType;
import dev.kernite.kernels.cuda.driver.Kernel;
import dev.kernite.kernels.cuda.driver.Kernels;
import java.util.EnumMap;
import java.util.Map;

/**
 * Launches {@code matmul.cu}, {@code matmul_narrow.cu} and {@code gemv.cu}: what products with
 * plain and with packed weights share. All kernels sum in the same order, chunks of {@value #CHUNK}
 * along k, so the choice of a kernel never changes a bit.
 */
final class MatmulKernels {
  /** Length of a summation block along k on this device; {@code CHUNK} in matmul.cuh. */
  static final int CHUNK = 64;

  /** No activation: as in activation.cuh. */
  static final int NO_ACTIVATION = -1;

  // Bits of `flags` in matmul.cuh.
  private static final int TRANSPOSE_A = 1;
  private static final int TRANSPOSE_B = 2;
  private static final int ACCUMULATE = 4;
  private static final int ALIGNED_A = 8;
  private static final int ALIGNED_B = 16;

  /** Most rows that gemv.cu computes: beyond, a tile of 32 rows reads B no more often. */
  private static final int FEW_ROWS = 8;

  // Geometry of gemv.cu.
  private static final int WARP = 32;
  private static final int STRIP = 32;
  private static final int GEMV_THREADS = 256;
  private static final int GEMV_ROWS = 4;

  private static final int VECTOR = 4; // values in one aligned access

  /** The kernels for one type of weights. */
  private record Family(Map<MatmulTile, Kernel> tiles, Kernel oneRow, Kernel fourRows) {}

  private final Kernels kernels;
  private final Map<WeightType, Family> families = new EnumMap<>(WeightType.class);
  private final Kernel unalignedOneRow;
  private final Kernel unalignedFourRows;

  MatmulKernels(Kernels kernels) {
    this.kernels = kernels;
    families.put(WeightType.FLOAT32, family("matmul", ""));
    families.put(WeightType.BFLOAT16, family("matmul_narrow", "bf16_"));
    families.put(WeightType.FLOAT16, family("matmul_narrow", "f16_"));
    unalignedOneRow = kernels.kernel("gemv", "gemv_unaligned_1");
    unalignedFourRows = kernels.kernel("gemv", "gemv_unaligned_4");
  }

  private Family family(String image, String type) {
    return new Family(
        MatmulTile.kernels(kernels, image, "matmul_" + type),
        kernels.kernel("gemv", "gemv_" + type + 1),
        kernels.kernel("gemv", "gemv_" + type + GEMV_ROWS));
  }

  /**
   * Computes one (batched) product.
   *
   * @param type how B is stored
   * @param readable values of a row of B that may be read, n or more where rows are padded
   * @param activation number of a function in activation.cuh, or {@link #NO_ACTIVATION}
   */
  void multiply(
      Gemm.Shape s,
      WeightType type,
      long readable,
      long a,
      long b,
      long bias,
      int activation,
      long c) {
    if (s.m() == 0 || s.n() == 0 || s.batch() == 0) {
      return;
    }
    if (s.m() <= FEW_ROWS && !s.transposeB()) {
      fewRows(s, type, readable, a, b, bias, activation, c);
    } else {
      tiles(s, type, a, b, bias, activation, c);
    }
  }

  private void tiles(
      Gemm.Shape s, WeightType type, long a, long b, long bias, int activation, long c) {
    MatmulTile tile = MatmulTile.choose(s, kernels.multiprocessors());
    tileArguments(families.get(type).tiles.get(tile), s, type, a, b, bias, c)
        .arg(activation)
        .launch(tile.blocks(s), tile.threads());
  }

  /** Gives a kernel of matmul.cuh all its arguments but the last, and returns it. */
  static Kernel tileArguments(
      Kernel kernel, Gemm.Shape s, WeightType type, long a, long b, long bias, long c) {
    int flags =
        (s.transposeA() ? TRANSPOSE_A : 0)
            | (s.transposeB() ? TRANSPOSE_B : 0)
            | (s.accumulate() ? ACCUMULATE : 0)
            | (aligned(a, s.lda(), s.strideA(), WeightType.FLOAT32) ? ALIGNED_A : 0)
            | (aligned(b, s.ldb(), s.strideB(), type) ? ALIGNED_B : 0);
    return kernel
        .arg(a)
        .arg(b)
        .arg(bias)
        .arg(c)
        .arg(Math.toIntExact(s.m()))
        .arg(Math.toIntExact(s.n()))
        .arg(Math.toIntExact(s.k()))
        .arg(s.lda())
        .arg(s.ldb())
        .arg(s.ldc())
        .arg(s.strideA())
        .arg(s.strideB())
        .arg(s.strideC())
        .arg(flags);
  }

  private void fewRows(
      Gemm.Shape s,
      WeightType type,
      long readable,
      long a,
      long b,
      long bias,
      int activation,
      long c) {
    boolean one = s.m() == 1;
    boolean aligned = aligned(b, s.ldb(), s.strideB(), type);
    Family family = families.get(type);
    Kernel kernel =
        aligned ? one ? family.oneRow : family.fourRows : one ? unalignedOneRow : unalignedFourRows;
    int rows = one ? 1 : GEMV_ROWS;
    int lanes = aligned ? STRIP / VECTOR : STRIP; // side by side in a chunk
    long chunks = (s.k() + CHUNK - 1) / CHUNK;
    long wanted = (Math.max(1, chunks) * lanes + WARP - 1) / WARP * WARP;
    long rowGroups = (s.m() + rows - 1) / rows;
    kernel
        .arg(a)
        .arg(b)
        .arg(bias)
        .arg(c)
        .arg(Math.toIntExact(s.m()))
        .arg(Math.toIntExact(s.n()))
        .arg(Math.toIntExact(readable))
        .arg(Math.toIntExact(s.k()))
        .arg(s.transposeA() ? 1 : s.lda())
        .arg(s.transposeA() ? s.lda() : 1)
        .arg(s.ldb())
        .arg(s.ldc())
        .arg(s.strideA())
        .arg(s.strideB())
        .arg(s.strideC())
        .arg(s.accumulate() ? ACCUMULATE : 0)
        .arg(activation)
        .launch(
            s.batch() * rowGroups * ((s.n() + STRIP - 1) / STRIP),
            Math.clamp(wanted, rows * STRIP, GEMV_THREADS));
  }

  private static boolean aligned(long address, long ld, long stride, WeightType type) {
    return address % (VECTOR * type.bytes()) == 0 && ld % VECTOR == 0 && stride % VECTOR == 0;
  }
}
