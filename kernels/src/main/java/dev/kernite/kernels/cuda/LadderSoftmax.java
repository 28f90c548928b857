package dev.kernite.kernels.cuda;

import dev.kernite.kernels.KernelException;
import dev.kernite.kernels.Softmax;
import dev.kernite.kernels.cuda.driver.Kernel;
import dev.kernite.kernels.cuda.driver.Kernels;
import java.util.List;

/**
 * One step of the softmax ladder, {@code ladder/softmax}, along the last axis. Gradients and the
 * other functions of the family are the product's.
 */
final class LadderSoftmax implements Softmax {
  static final List<String> STEPS =
      List.of("01_three_passes", "02_warp", "03_online", "04_vectorised");

  private static final int THREADS = 256;
  private static final int WARPS = 8;

  private final String step;
  private final Kernel kernel;
  private final Softmax product;

  LadderSoftmax(Kernels kernels, String step, Softmax product) {
    this.step = step;
    this.product = product;
    kernel = kernels.kernel("ladder/softmax/" + step, "softmax_" + step);
  }

  @Override
  public void softmax(long x, long y, long outer, long n, long inner) {
    if (outer * n * inner == 0) {
      return;
    }
    if (inner != 1) {
      throw new KernelException(
          "softmax step %s goes along the last axis; for another axis leave --variant away"
              .formatted(step));
    }
    boolean rowsInWarps = step.equals("02_warp") || step.equals("03_online");
    kernel.arg(x).arg(y);
    if (rowsInWarps) {
      kernel.arg(outer);
    }
    kernel
        .arg(Math.toIntExact(n))
        .launch(rowsInWarps ? (outer + WARPS - 1) / WARPS : outer, THREADS);
  }

  @Override
  public void softmaxGrad(long y, long dy, long dx, long outer, long n, long inner) {
    product.softmaxGrad(y, dy, dx, outer, n, inner);
  }

  @Override
  public void logSoftmax(long x, long y, long outer, long n, long inner) {
    product.logSoftmax(x, y, outer, n, inner);
  }

  @Override
  public void logSoftmaxGrad(long y, long dy, long dx, long outer, long n, long inner) {
    product.logSoftmaxGrad(y, dy, dx, outer, n, inner);
  }

  @Override
  public void logSumExp(long x, long y, long outer, long n, long inner) {
    product.logSumExp(x, y, outer, n, inner);
  }

  @Override
  public void logSumExpGrad(long x, long y, long dy, long dx, long outer, long n, long inner) {
    product.logSumExpGrad(x, y, dy, dx, outer, n, inner);
  }
}
