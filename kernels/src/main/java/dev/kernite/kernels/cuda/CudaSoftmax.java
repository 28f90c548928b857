package dev.kernite.kernels.cuda;

import dev.kernite.kernels.Softmax;
import dev.kernite.kernels.cuda.driver.Kernel;
import dev.kernite.kernels.cuda.driver.Kernels;
import dev.kernite.kernels.cuda.driver.Scratch;

/** The softmax family on the device: {@code softmax.cu}. */
final class CudaSoftmax implements Softmax {
  private static final int THREADS = 256;
  private static final int WARP = 32;
  private static final int WARPS = THREADS / WARP;

  /** Longest lines that are left to a warp. */
  private static final int LONG = 1024;

  private static final int BLOCKS_A_MULTIPROCESSOR = 16;

  /** One function, walked in each of the ways there are. */
  private record Family(Kernel warp, Kernel block, Kernel columns) {
    static Family of(Kernels kernels, String name) {
      return new Family(
          kernels.kernel("softmax", name + "_warp"),
          kernels.kernel("softmax", name + "_block"),
          kernels.kernel("softmax", name + "_columns"));
    }

    /** Launches the function for x[outer, n, inner]; b is the second operand or 0. */
    void launch(long a, long b, long out, long outer, long n, long inner) {
      if (outer * n * inner == 0) {
        return;
      }
      int length = Math.toIntExact(n);
      if (inner > 1) {
        long strips = (inner + WARP - 1) / WARP;
        columns
            .arg(a)
            .arg(b)
            .arg(out)
            .arg(length)
            .arg(inner)
            .launch(outer * strips, 1, 1, WARP, WARPS, 0);
      } else if (n > LONG) {
        block.arg(a).arg(b).arg(out).arg(length).launch(outer, THREADS);
      } else {
        warp.arg(a)
            .arg(b)
            .arg(out)
            .arg(outer)
            .arg(length)
            .launch((outer + WARPS - 1) / WARPS, THREADS);
      }
    }
  }

  private final Kernels kernels;
  private final Family softmax;
  private final Family logSoftmax;
  private final Family logSumExp;
  private final Family softmaxGrad;
  private final Family logSoftmaxGrad;
  private final Kernel logSumExpGrad;

  CudaSoftmax(Kernels kernels, Scratch scratch) {
    this.kernels = kernels;
    softmax = Family.of(kernels, "softmax");
    logSoftmax = Family.of(kernels, "log_softmax");
    logSumExp = Family.of(kernels, "log_sum_exp");
    softmaxGrad = Family.of(kernels, "softmax_grad");
    logSoftmaxGrad = Family.of(kernels, "log_softmax_grad");
    logSumExpGrad = kernels.kernel("softmax", "log_sum_exp_grad");
  }

  @Override
  public void softmax(long x, long y, long outer, long n, long inner) {
    softmax.launch(x, 0, y, outer, n, inner);
  }

  @Override
  public void softmaxGrad(long y, long dy, long dx, long outer, long n, long inner) {
    softmaxGrad.launch(y, dy, dx, outer, n, inner);
  }

  @Override
  public void logSoftmax(long x, long y, long outer, long n, long inner) {
    logSoftmax.launch(x, 0, y, outer, n, inner);
  }

  @Override
  public void logSoftmaxGrad(long y, long dy, long dx, long outer, long n, long inner) {
    logSoftmaxGrad.launch(y, dy, dx, outer, n, inner);
  }

  @Override
  public void logSumExp(long x, long y, long outer, long n, long inner) {
    logSumExp.launch(x, 0, y, outer, n, inner);
  }

  @Override
  public void logSumExpGrad(long x, long y, long dy, long dx, long outer, long n, long inner) {
    long size = outer * n * inner;
    if (size == 0) {
      return;
    }
    long most = (long) kernels.multiprocessors() * BLOCKS_A_MULTIPROCESSOR;
    logSumExpGrad
        .arg(x)
        .arg(y)
        .arg(dy)
        .arg(dx)
        .arg(size)
        .arg(Math.toIntExact(n))
        .arg(inner)
        .launch(Math.min((size + THREADS - 1) / THREADS, most), THREADS);
  }
}
