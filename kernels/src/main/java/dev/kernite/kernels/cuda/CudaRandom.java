package dev.kernite.kernels.cuda;

import dev.kernite.kernels.Random;
import dev.kernite.kernels.cuda.driver.Kernel;
import dev.kernite.kernels.cuda.driver.Kernels;
import dev.kernite.kernels.cuda.driver.Scratch;

/** Philox streams on the device: {@code random.cu}. */
final class CudaRandom implements Random {
  private final Grids grids;
  private final Kernel uniform;
  private final Kernel normal;
  private final Kernel dropout;

  CudaRandom(Kernels kernels, Scratch scratch) {
    grids = new Grids(kernels);
    uniform = kernels.kernel("random", "random_uniform");
    normal = kernels.kernel("random", "random_normal");
    dropout = kernels.kernel("random", "random_dropout");
  }

  @Override
  public void uniform(long out, long n, float low, float high, long seed, long offset) {
    if (n > 0) {
      float below = low < high ? Math.nextDown(high) : high; // the interval is open at high
      uniform.arg(out).arg(n).arg(low).arg(high - low).arg(below).arg(seed).arg(offset);
      grids.flat(uniform, n);
    }
  }

  @Override
  public void normal(long out, long n, float mean, float std, long seed, long offset) {
    if (n > 0) {
      grids.flat(normal.arg(out).arg(n).arg(mean).arg(std).arg(seed).arg(offset), n);
    }
  }

  @Override
  public void dropout(long x, long y, long n, float p, long seed, long offset) {
    if (n > 0) {
      grids.flat(dropout.arg(x).arg(y).arg(n).arg(p).arg(seed).arg(offset), n);
    }
  }
}
