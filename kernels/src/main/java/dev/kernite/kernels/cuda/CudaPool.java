package dev.kernite.kernels.cuda;

import dev.kernite.kernels.Pool;
import dev.kernite.kernels.SlidingWindow;
import dev.kernite.kernels.cuda.driver.Kernel;
import dev.kernite.kernels.cuda.driver.Kernels;
import java.lang.foreign.MemorySegment;

/** Pooling and enlarging of images on the device: {@code pool.cu}. */
final class CudaPool implements Pool {
  /** For kernels that divide nothing. */
  private static final Divisor ANY = new Divisor(1, false);

  private final Grids grids;
  private final Kernel maxPool;
  private final Kernel maxPoolGrad;
  private final Kernel avgPool;
  private final Kernel avgPoolGrad;
  private final Kernel upsample;
  private final Kernel upsampleGrad;

  CudaPool(Kernels kernels) {
    grids = new Grids(kernels);
    maxPool = kernels.kernel("pool", "max_pool");
    maxPoolGrad = kernels.kernel("pool", "max_pool_grad");
    avgPool = kernels.kernel("pool", "avg_pool");
    avgPoolGrad = kernels.kernel("pool", "avg_pool_grad");
    upsample = kernels.kernel("pool", "upsample");
    upsampleGrad = kernels.kernel("pool", "upsample_grad");
  }

  private static MemorySegment struct(Shape s, Divisor divisor) {
    SlidingWindow w = s.window();
    return Structs.of(
        s.inHeight(),
        s.inWidth(),
        s.outHeight(),
        s.outWidth(),
        w.height(),
        w.width(),
        w.strideY(),
        w.strideX(),
        w.padY(),
        w.padX(),
        w.dilationY(),
        w.dilationX(),
        divisor.fixed(),
        divisor.countPadding() ? 1 : 0);
  }

  private void launch(Kernel kernel, long planes, long pixels) {
    grids.rows(kernel, planes, pixels, 1);
  }

  private static long inPixels(Shape s) {
    return (long) s.inHeight() * s.inWidth();
  }

  private static long outPixels(Shape s) {
    return (long) s.outHeight() * s.outWidth();
  }

  @Override
  public void maxPool(Shape s, long x, long y, long indices) {
    if (s.planes() > 0) {
      maxPool.arg(struct(s, ANY)).arg(x).arg(y).arg(indices).arg(s.planes());
      launch(maxPool, s.planes(), outPixels(s));
    }
  }

  @Override
  public void maxPoolGrad(Shape s, long indices, long dy, long dx) {
    if (s.planes() > 0) {
      maxPoolGrad.arg(struct(s, ANY)).arg(indices).arg(dy).arg(dx).arg(s.planes());
      launch(maxPoolGrad, s.planes(), inPixels(s));
    }
  }

  @Override
  public void avgPool(Shape s, Divisor divisor, long x, long y) {
    if (s.planes() > 0) {
      avgPool.arg(struct(s, divisor)).arg(x).arg(y).arg(s.planes());
      launch(avgPool, s.planes(), outPixels(s));
    }
  }

  @Override
  public void avgPoolGrad(Shape s, Divisor divisor, long dy, long dx) {
    if (s.planes() > 0) {
      avgPoolGrad.arg(struct(s, divisor)).arg(dy).arg(dx).arg(s.planes());
      launch(avgPoolGrad, s.planes(), inPixels(s));
    }
  }

  @Override
  public void upsample(long planes, int height, int width, int scaleY, int scaleX, long x, long y) {
    long pixels = (long) height * scaleY * width * scaleX;
    if (planes * pixels > 0) {
      upsample.arg(x).arg(y).arg(planes).arg(height).arg(width).arg(scaleY).arg(scaleX);
      launch(upsample, planes, pixels);
    }
  }

  @Override
  public void upsampleGrad(
      long planes, int height, int width, int scaleY, int scaleX, long dy, long dx) {
    long pixels = (long) height * width;
    if (planes * pixels > 0) {
      upsampleGrad.arg(dy).arg(dx).arg(planes).arg(height).arg(width).arg(scaleY).arg(scaleX);
      launch(upsampleGrad, planes, pixels);
    }
  }
}
