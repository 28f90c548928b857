package dev.kernite.kernels.cuda;

import dev.kernite.kernels.Norm;
import dev.kernite.kernels.cuda.driver.Kernel;
import dev.kernite.kernels.cuda.driver.Kernels;
import dev.kernite.kernels.cuda.driver.Scratch;

/** Normalisation of rows on the device: {@code norm.cu}. */
final class CudaNorm implements Norm {
  private static final int THREADS = 256;
  private static final int WARP = 32;
  private static final int WARPS = THREADS / WARP;

  /** Longest rows that are left to a warp. */
  private static final int LONG = 1024;

  /** Rows that a block sums down its columns, as in norm.cu. */
  private static final int ROWS_A_BLOCK = 128;

  private final Scratch scratch;
  private final Family layerNorm;
  private final Family rmsNorm;
  private final Kernel columns;
  private final Kernel addColumns;

  CudaNorm(Kernels kernels, Scratch scratch) {
    this.scratch = scratch;
    layerNorm = Family.of(kernels, "layer_norm");
    rmsNorm = Family.of(kernels, "rms_norm");
    columns = kernels.kernel("norm", "norm_columns");
    addColumns = kernels.kernel("norm", "norm_columns_add");
  }

  /** One direction of one norm, for the lengths of rows. */
  private record Rows(Kernel warp, Kernel block) {
    static Rows of(Kernels kernels, String name) {
      return new Rows(
          kernels.kernel("norm", name + "_warp"), kernels.kernel("norm", name + "_block"));
    }

    Kernel of(long cols) {
      return cols <= LONG ? warp : block;
    }

    /**
     * Gives the last arguments, which only the warp kernels take rows among, and returns itself.
     */
    static Kernel size(Kernel kernel, long rows, long cols) {
      if (cols <= LONG) {
        kernel.arg(rows);
      }
      return kernel.arg(Math.toIntExact(cols));
    }

    static void launch(Kernel kernel, long rows, long cols) {
      kernel.launch(cols <= LONG ? (rows + WARPS - 1) / WARPS : rows, THREADS);
    }
  }

  /** A norm. */
  private record Family(Rows forward, Rows backward) {
    static Family of(Kernels kernels, String name) {
      return new Family(Rows.of(kernels, name), Rows.of(kernels, name + "_grad"));
    }

    void norm(
        long x,
        long residual,
        long sum,
        long weight,
        long bias,
        long y,
        long mean,
        long rstd,
        long rows,
        long cols,
        float eps) {
      if (rows * cols == 0) {
        return;
      }
      Kernel kernel = forward.of(cols);
      kernel.arg(x).arg(residual).arg(sum).arg(weight).arg(bias).arg(y).arg(mean).arg(rstd);
      Rows.launch(Rows.size(kernel, rows, cols).arg(eps), rows, cols);
    }

    void grad(
        long x,
        long weight,
        long mean,
        long rstd,
        long dy,
        long dsum,
        long dx,
        long rows,
        long cols) {
      if (dx == 0 || rows * cols == 0) {
        return;
      }
      Kernel kernel = backward.of(cols);
      kernel.arg(x).arg(weight).arg(mean).arg(rstd).arg(dy).arg(dsum).arg(dx);
      Rows.launch(Rows.size(kernel, rows, cols), rows, cols);
    }
  }

  @Override
  public void layerNorm(
      long x,
      long weight,
      long bias,
      long y,
      long mean,
      long rstd,
      long rows,
      long cols,
      float eps) {
    layerNorm.norm(x, 0, 0, weight, bias, y, mean, rstd, rows, cols, eps);
  }

  @Override
  public void layerNormGrad(
      long x,
      long weight,
      long mean,
      long rstd,
      long dy,
      long dx,
      long dweight,
      long dbias,
      long rows,
      long cols) {
    addLayerNormGrad(x, weight, mean, rstd, dy, 0, dx, dweight, dbias, rows, cols);
  }

  @Override
  public void addLayerNorm(
      long x,
      long residual,
      long weight,
      long bias,
      long sum,
      long y,
      long mean,
      long rstd,
      long rows,
      long cols,
      float eps) {
    layerNorm.norm(x, residual, sum, weight, bias, y, mean, rstd, rows, cols, eps);
  }

  @Override
  public void addLayerNormGrad(
      long sum,
      long weight,
      long mean,
      long rstd,
      long dy,
      long dsum,
      long dx,
      long dweight,
      long dbias,
      long rows,
      long cols) {
    layerNorm.grad(sum, weight, mean, rstd, dy, dsum, dx, rows, cols);
    columns(sum, mean, rstd, dy, dweight, dbias, rows, cols);
  }

  @Override
  public void rmsNorm(long x, long weight, long y, long rstd, long rows, long cols, float eps) {
    rmsNorm.norm(x, 0, 0, weight, 0, y, 0, rstd, rows, cols, eps);
  }

  @Override
  public void rmsNormGrad(
      long x, long weight, long rstd, long dy, long dx, long dweight, long rows, long cols) {
    addRmsNormGrad(x, weight, rstd, dy, 0, dx, dweight, rows, cols);
  }

  @Override
  public void addRmsNorm(
      long x,
      long residual,
      long weight,
      long sum,
      long y,
      long rstd,
      long rows,
      long cols,
      float eps) {
    rmsNorm.norm(x, residual, sum, weight, 0, y, 0, rstd, rows, cols, eps);
  }

  @Override
  public void addRmsNormGrad(
      long sum,
      long weight,
      long rstd,
      long dy,
      long dsum,
      long dx,
      long dweight,
      long rows,
      long cols) {
    rmsNorm.grad(sum, weight, 0, rstd, dy, dsum, dx, rows, cols);
    columns(sum, 0, rstd, dy, dweight, 0, rows, cols);
  }

  /** Gradients of weight and bias, in two steps; without rows they are zero. */
  private void columns(
      long x, long mean, long rstd, long dy, long dweight, long dbias, long rows, long cols) {
    if (dweight == 0 && dbias == 0 || cols == 0) {
      return;
    }
    long blocks = (rows + ROWS_A_BLOCK - 1) / ROWS_A_BLOCK;
    long partial = scratch.bytes(2 * Float.BYTES * Math.max(1, blocks) * cols);
    try {
      if (blocks > 0) {
        columns
            .arg(x)
            .arg(mean)
            .arg(rstd)
            .arg(dy)
            .arg(partial)
            .arg(rows)
            .arg(Math.toIntExact(cols))
            .launch(blocks * ((cols + WARP - 1) / WARP), 1, 1, WARP, WARPS, 0);
      }
      addColumns
          .arg(partial)
          .arg(dweight)
          .arg(dbias)
          .arg(blocks)
          .arg(Math.toIntExact(cols))
          .launch((cols + THREADS - 1) / THREADS, THREADS);
    } finally {
      scratch.release(partial);
    }
  }
}
