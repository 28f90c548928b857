package dev.kernite.kernels.cuda;

import dev.kernite.kernels.Loss;
import dev.kernite.kernels.LossFunction;
import dev.kernite.kernels.cuda.driver.Kernel;
import dev.kernite.kernels.cuda.driver.Kernels;
import dev.kernite.kernels.cuda.driver.Scratch;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** Losses on the device: {@code loss.cu} and {@code loss_elementwise.cu}. */
final class CudaLoss implements Loss {
  /** Most classes whose rows a warp takes alone, and a block of the usual size. */
  private static final long SHORT = 1024;

  private static final long LONG = 16_384;
  private static final int MOST_THREADS = 1024;

  /** Shared memory that cross_entropy_grad has besides the staged rows. */
  private static final int STATIC_SHARED_BYTES = 2048;

  private final Grids grids;
  private final int sharedBytes;
  private final Kernel crossEntropy;
  private final Kernel crossEntropyGrad;
  private final Map<LossFunction, Kernel> losses = new EnumMap<>(LossFunction.class);
  private final Map<LossFunction, Kernel> grads = new EnumMap<>(LossFunction.class);

  CudaLoss(Kernels kernels, Scratch scratch) {
    grids = new Grids(kernels);
    sharedBytes = kernels.maxSharedBytesPerBlock() - STATIC_SHARED_BYTES;
    crossEntropy = kernels.kernel("loss", "cross_entropy");
    crossEntropyGrad = kernels.kernel("loss", "cross_entropy_grad");
    for (LossFunction f : LossFunction.values()) {
      String name = f.name().toLowerCase(Locale.ROOT);
      losses.put(f, kernels.kernel("loss_elementwise", "loss_" + name));
      grads.put(f, kernels.kernel("loss_elementwise", "loss_grad_" + name));
    }
  }

  @Override
  public void crossEntropy(
      long x,
      long targets,
      long weight,
      long loss,
      long lse,
      long rows,
      long classes,
      int ignoreIndex,
      float smoothing) {
    forward(x, targets, 0, weight, loss, lse, rows, classes, ignoreIndex, smoothing);
  }

  @Override
  public void softCrossEntropy(
      long x,
      long targets,
      long weight,
      long loss,
      long lse,
      long rows,
      long classes,
      float smoothing) {
    forward(x, 0, targets, weight, loss, lse, rows, classes, 0, smoothing);
  }

  private void forward(
      long x,
      long targets,
      long distributions,
      long weight,
      long loss,
      long lse,
      long rows,
      long classes,
      int ignoreIndex,
      float smoothing) {
    if (rows == 0) {
      return;
    }
    crossEntropy
        .arg(x)
        .arg(targets)
        .arg(distributions)
        .arg(weight)
        .arg(loss)
        .arg(lse)
        .arg(rows)
        .arg(classes)
        .arg(ignoreIndex)
        .arg(smoothing);
    launch(crossEntropy, rows, classes, 0);
  }

  @Override
  public void crossEntropyGrad(
      long x,
      long targets,
      long weight,
      long lse,
      long scale,
      long dx,
      long rows,
      long classes,
      int ignoreIndex,
      float smoothing) {
    backward(x, targets, 0, weight, scale, dx, rows, classes, ignoreIndex, smoothing);
  }

  @Override
  public void softCrossEntropyGrad(
      long x,
      long targets,
      long weight,
      long lse,
      long scale,
      long dx,
      long rows,
      long classes,
      float smoothing) {
    backward(x, 0, targets, weight, scale, dx, rows, classes, 0, smoothing);
  }

  private void backward(
      long x,
      long targets,
      long distributions,
      long weight,
      long scale,
      long dx,
      long rows,
      long classes,
      int ignoreIndex,
      float smoothing) {
    if (rows * classes == 0) {
      return;
    }
    long staged = 4 * classes * rowsOfBlock(rows, classes);
    int shared = staged <= sharedBytes ? (int) staged : 0;
    crossEntropyGrad
        .arg(x)
        .arg(targets)
        .arg(distributions)
        .arg(weight)
        .arg(scale)
        .arg(dx)
        .arg(rows)
        .arg(classes)
        .arg(ignoreIndex)
        .arg(smoothing)
        .arg(shared > 0 ? 1 : 0);
    launch(crossEntropyGrad, rows, classes, shared);
  }

  private static int rowsOfBlock(long rows, long classes) {
    int most = Grids.THREADS / Grids.WARP;
    return classes > SHORT ? 1 : (int) Math.min(most, Grids.powerOfTwo(rows, 1));
  }

  private static void launch(Kernel kernel, long rows, long classes, int shared) {
    int x = classes <= SHORT ? Grids.WARP : classes <= LONG ? Grids.THREADS : MOST_THREADS;
    int y = rowsOfBlock(rows, classes);
    kernel.launch(Grids.ceil(rows, y), 1, 1, x, y, shared);
  }

  @Override
  public void elementwise(
      LossFunction f, float p, long x, long y, long weight, long posWeight, long loss, long n) {
    if (n > 0) {
      grids.flat(losses.get(f).arg(p).arg(x).arg(y).arg(weight).arg(posWeight).arg(loss).arg(n), n);
    }
  }

  @Override
  public void elementwiseGrad(
      LossFunction f,
      float p,
      long x,
      long y,
      long weight,
      long posWeight,
      long scale,
      long dx,
      long dy,
      long n) {
    if (n > 0) {
      Kernel grad = grads.get(f);
      grad.arg(p).arg(x).arg(y).arg(weight).arg(posWeight).arg(scale).arg(dx).arg(dy).arg(n);
      grids.flat(grad, n);
    }
  }
}
