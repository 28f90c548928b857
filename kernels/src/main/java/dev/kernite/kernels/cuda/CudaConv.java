package dev.kernite.kernels.cuda;

import dev.kernite.kernels.Conv;
import dev.kernite.kernels.SlidingWindow;
import dev.kernite.kernels.cuda.driver.Kernel;
import dev.kernite.kernels.cuda.driver.Kernels;
import dev.kernite.kernels.cuda.driver.Scratch;
import java.lang.foreign.MemorySegment;

/** Convolutions on the device: {@code conv.cu}. */
final class CudaConv implements Conv {
  private static final int TILE = 64;

  /** Summands of a part of the weight's gradient, at least: a few times its fixed cost. */
  private static final long LEAST_LENGTH = 256;

  /** And at most: they are counted in 32 bits. */
  private static final long MOST_LENGTH = 1 << 30;

  /** Blocks that fill any device: no more parts than it takes to have as many. */
  private static final long BLOCKS = 1024;

  private final Scratch scratch;
  private final Grids grids;
  private final Kernel forward;
  private final Kernel transposed;
  private final Kernel weightGrad;
  private final Kernel sumParts;

  CudaConv(Kernels kernels, Scratch scratch) {
    this.scratch = scratch;
    grids = new Grids(kernels);
    forward = kernels.kernel("conv", "conv_forward");
    transposed = kernels.kernel("conv", "conv_transposed");
    weightGrad = kernels.kernel("conv", "conv_weight_grad");
    sumParts = kernels.kernel("conv", "conv_sum_parts");
  }

  private static MemorySegment struct(Shape s) {
    SlidingWindow w = s.window();
    return Structs.of(
        (int) s.batch(),
        (int) (s.batch() >>> 32),
        s.groups(),
        s.groupIn(),
        s.groupOut(),
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
        0);
  }

  private static void launch(Kernel kernel, long columns, long times, int rows) {
    long tiles = Grids.ceil(columns, TILE);
    kernel.launch(tiles * times, (int) Grids.ceil(rows, TILE), 1, Grids.THREADS, 1, 0);
  }

  @Override
  public void forward(Shape s, long x, long weight, long bias, long y) {
    long columns = s.batch() * s.outPixels();
    if (columns * s.outChannels() > 0) {
      forward.arg(struct(s)).arg(x).arg(weight).arg(bias).arg(y);
      launch(forward, columns, s.groups(), s.groupOut());
    }
  }

  @Override
  public void transposed(Shape s, long y, long weight, long bias, long x) {
    if (s.batch() * s.inPixels() * s.inChannels() == 0) {
      return;
    }
    SlidingWindow w = s.window();
    long pixelsOfPhase =
        Grids.ceil(s.inHeight(), w.strideY()) * Grids.ceil(s.inWidth(), w.strideX());
    // Where the stride exceeds the image there are only as many phases as pixels.
    long phases =
        (long) w.strideX() * (Math.min(w.strideY(), s.inHeight()) - 1)
            + Math.min(w.strideX(), s.inWidth());
    transposed.arg(struct(s)).arg(y).arg(weight).arg(bias).arg(x);
    launch(transposed, s.batch() * pixelsOfPhase, s.groups() * phases, s.groupIn());
  }

  @Override
  public void weightGrad(Shape s, long x, long dy, long dweight) {
    long values = (long) s.outChannels() * s.patch();
    long depth = s.batch() * s.outPixels();
    if (values == 0) {
      return;
    }
    long blocks = Grids.ceil(s.patch(), TILE) * Grids.ceil(s.groupOut(), TILE) * s.groups();
    long least = 1 + depth / MOST_LENGTH;
    long most = Math.clamp(depth / LEAST_LENGTH, least, Math.max(least, BLOCKS / blocks));
    long length = Math.max(TILE, Grids.ceil(Grids.ceil(depth, most), TILE) * TILE);
    long parts = Math.max(1, Grids.ceil(depth, length));
    long sums = parts == 1 ? dweight : scratch.bytes(4 * parts * values);
    weightGrad.arg(struct(s)).arg(x).arg(dy).arg(sums).arg(Math.toIntExact(length));
    launch(weightGrad, s.patch(), s.groups() * parts, s.groupOut());
    if (parts > 1) {
      grids.each(sumParts.arg(sums).arg((int) parts).arg(dweight).arg(values), values);
      scratch.release(sums);
    }
  }
}
