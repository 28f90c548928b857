package dev.kernite.kernels.cuda;

import dev.kernite.kernels.Gemm;
import dev.kernite.kernels.KernelException;
import dev.kernite.kernels.WeightType;
import dev.kernite.kernels.cuda.driver.Kernel;
import dev.kernite.kernels.cuda.driver.Kernels;
import java.util.List;

/**
 * One step of the matmul ladder, {@code ladder/matmul}. Steps before the last know row-major
 * operands only. All give the bits of the product kernel.
 */
final class LadderGemm implements Gemm {
  static final List<String> STEPS =
      List.of(
          "01_naive",
          "02_coalesced",
          "03_shared",
          "04_tiles_1d",
          "05_tiles_2d",
          "06_vectorised",
          "07_warp_tiles");

  private static final int VECTOR = 4;
  private static final int VECTOR_BYTES = 16;

  /** Side of the tile of the last step, and its threads; see matmul.cuh. */
  private static final int PRODUCT_SIDE = 128;

  private static final int PRODUCT_THREADS = 256;

  private final String step;
  private final Kernel kernel;

  LadderGemm(Kernels kernels, String step) {
    this.step = step;
    kernel = kernels.kernel("ladder/matmul/" + step, "matmul_" + step);
  }

  /** How a step is launched: sides of a block's tile along the rows and columns of C, threads. */
  private record Geometry(int rows, int columns, int blockX, int blockY) {
    static Geometry of(String step) {
      return switch (step) {
        case "01_naive" -> new Geometry(16, 16, 16, 16);
        case "02_coalesced" -> new Geometry(8, 32, 32, 8);
        case "03_shared" -> new Geometry(32, 32, 32, 32);
        case "04_tiles_1d" -> new Geometry(64, 64, 512, 1);
        case "05_tiles_2d", "06_vectorised" -> new Geometry(128, 128, 256, 1);
        default -> throw new KernelException("there is no step " + step + " of matmul");
      };
    }
  }

  @Override
  public void multiply(Shape s, long a, long b, long bias, long c) {
    if (s.m() == 0 || s.n() == 0) {
      return;
    }
    if (step.equals(STEPS.getLast())) {
      product(s, a, b, bias, c);
      return;
    }
    if (s.transposeA() || s.transposeB() || s.accumulate() || bias != 0) {
      throw new KernelException(
          "matmul step %s multiplies row-major matrices and nothing else; for transposes, gradients"
                  .formatted(step)
              + " and a bias use "
              + STEPS.getLast()
              + ", or no --variant");
    }
    for (long i = 0; i < s.batch(); i++) {
      entry(
          s,
          a + Float.BYTES * i * s.strideA(),
          b + Float.BYTES * i * s.strideB(),
          c + Float.BYTES * i * s.strideC());
    }
  }

  private void entry(Shape s, long a, long b, long c) {
    Geometry g = Geometry.of(step);
    kernel
        .arg(a)
        .arg(b)
        .arg(c)
        .arg(Math.toIntExact(s.m()))
        .arg(Math.toIntExact(s.n()))
        .arg(Math.toIntExact(s.k()))
        .arg(s.lda())
        .arg(s.ldb())
        .arg(s.ldc());
    if (step.equals("06_vectorised")) {
      boolean aligned = ((a | b) % VECTOR_BYTES | s.lda() % VECTOR | s.ldb() % VECTOR) == 0;
      kernel.arg(aligned ? 1 : 0);
    }
    long rows = (s.m() + g.rows - 1) / g.rows;
    long columns = (s.n() + g.columns - 1) / g.columns;
    boolean rowsAlongX = step.equals("01_naive");
    kernel.launch(
        rowsAlongX ? rows : columns,
        Math.toIntExact(rowsAlongX ? columns : rows),
        1,
        g.blockX,
        g.blockY,
        0);
  }

  private void product(Shape s, long a, long b, long bias, long c) {
    long tiles =
        (s.m() + PRODUCT_SIDE - 1) / PRODUCT_SIDE * ((s.n() + PRODUCT_SIDE - 1) / PRODUCT_SIDE);
    MatmulKernels.tileArguments(kernel, s, WeightType.FLOAT32, a, b, bias, c)
        .arg(MatmulKernels.NO_ACTIVATION)
        .launch(tiles * s.batch(), PRODUCT_THREADS);
  }
}
