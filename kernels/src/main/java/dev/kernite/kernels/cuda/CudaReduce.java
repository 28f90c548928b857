package dev.kernite.kernels.cuda;

import dev.kernite.kernels.Reduce;
import dev.kernite.kernels.ReduceFunction;
import dev.kernite.kernels.cuda.driver.Kernel;
import dev.kernite.kernels.cuda.driver.Kernels;
import dev.kernite.kernels.cuda.driver.Scratch;

/** Reductions on the device: {@code reduce.cu}, {@code reduce_grad.cu} and {@code scan.cu}. */
final class CudaReduce implements Reduce {
  /** Bytes of the struct {@code Slope} of reduce_grad.cu. */
  private static final long SLOPE_BYTES = 16;

  // What reduce_slopes works out, by the constants of reduce_grad.cu.
  private static final int VARIANCE = 0;
  private static final int DEVIATION = 1;
  private static final int NORM_SLOPE = 2;
  private static final int EXTREME = 3;
  private static final int PRODUCT_SLOPE = 4;

  private final Grids grids;
  private final Scratch scratch;
  private final Fold sum;
  private final Fold squares;
  private final Fold moments;
  private final Fold product;
  private final Fold nonzero;
  private final Fold max;
  private final Fold min;
  private final Fold ties;
  private final Fold argMax;
  private final Kernel slopes;
  private final Kernel gradSpread;
  private final Kernel gradScale;
  private final Kernel gradPick;
  private final Kernel gradProduct;
  private final Kernel sumRows;
  private final Kernel sumColumns;

  CudaReduce(Kernels kernels, Scratch scratch) {
    grids = new Grids(kernels);
    this.scratch = scratch;
    sum = new Fold(kernels, grids, scratch, "sum");
    squares = new Fold(kernels, grids, scratch, "squares");
    moments = new Fold(kernels, grids, scratch, "moments");
    product = new Fold(kernels, grids, scratch, "product");
    nonzero = new Fold(kernels, grids, scratch, "nonzero");
    max = new Fold(kernels, grids, scratch, "max");
    min = new Fold(kernels, grids, scratch, "min");
    ties = new Fold(kernels, grids, scratch, "ties");
    argMax = new Fold(kernels, grids, scratch, "argmax");
    slopes = kernels.kernel("reduce_grad", "reduce_slopes");
    gradSpread = kernels.kernel("reduce_grad", "grad_spread");
    gradScale = kernels.kernel("reduce_grad", "grad_scale");
    gradPick = kernels.kernel("reduce_grad", "grad_pick");
    gradProduct = kernels.kernel("reduce_grad", "grad_product");
    sumRows = kernels.kernel("scan", "cumsum_rows");
    sumColumns = kernels.kernel("scan", "cumsum_columns");
  }

  @Override
  public void reduce(ReduceFunction f, long x, long y, long outer, long n, long inner, float p) {
    Lines lines = new Lines(x, outer, n, inner);
    double spread = Math.max(0, n - (double) p);
    switch (f) {
      case SUM -> sum.run(lines, 0, y, Ending.result(n, 1, false));
      case MEAN -> sum.run(lines, 0, y, Ending.result(n, n, false));
      case VAR -> moments.run(lines, 0, y, Ending.result(n, spread, false));
      case STD -> moments.run(lines, 0, y, Ending.result(n, spread, true));
      case MAX -> max.run(lines, 0, y, Ending.result(n, 1, false));
      case MIN -> min.run(lines, 0, y, Ending.result(n, 1, false));
      case PROD -> product.run(lines, 0, y, Ending.result(n, 1, false));
      case NORM -> squares.run(lines, 0, y, Ending.result(n, 1, true));
    }
  }

  @Override
  public void reduceGrad(
      ReduceFunction f,
      long x,
      long y,
      long dy,
      long dx,
      long outer,
      long n,
      long inner,
      float p,
      boolean spread) {
    Lines lines = new Lines(x, outer, n, inner);
    if (lines.count() * n == 0) {
      return;
    }
    double divisor = Math.max(0, n - (double) p);
    switch (f) {
      case SUM -> spread(lines, dy, dx, 1);
      case MEAN -> spread(lines, dy, dx, n);
      case VAR -> scale(VARIANCE, lines, y, dy, dx, divisor);
      case STD -> scale(DEVIATION, lines, y, dy, dx, divisor);
      case NORM -> scale(NORM_SLOPE, lines, y, dy, dx, 1);
      case MAX, MIN -> pick(lines, y, dy, dx, spread ? 1 : 0);
      case PROD -> productGrad(lines, y, dy, dx);
    }
  }

  private void spread(Lines lines, long dy, long dx, float divisor) {
    rows(lines, gradSpread.arg(dy).arg(dx).arg(divisor));
  }

  private void scale(int kind, Lines lines, long y, long dy, long dx, double divisor) {
    long states = kind == NORM_SLOPE ? 0 : states(moments, lines, 0);
    long slope = slopes(kind, lines, y, dy, states, divisor, 0);
    rows(lines, gradScale.arg(lines.x()).arg(slope).arg(dx));
    scratch.release(slope);
  }

  private void pick(Lines lines, long y, long dy, long dx, int spread) {
    long slope = slopes(EXTREME, lines, y, dy, states(ties, lines, y), 1, spread);
    rows(lines, gradPick.arg(lines.x()).arg(y).arg(slope).arg(dx).arg(spread));
    scratch.release(slope);
  }

  private void productGrad(Lines lines, long y, long dy, long dx) {
    long slope = slopes(PRODUCT_SLOPE, lines, y, dy, states(nonzero, lines, 0), 1, 0);
    rows(lines, gradProduct.arg(lines.x()).arg(slope).arg(dx));
    scratch.release(slope);
  }

  /** The lines' states, in scratch. */
  private long states(Fold fold, Lines lines, long given) {
    long states = scratch.bytes(Fold.STATE_BYTES * lines.count());
    fold.run(lines, given, states, Ending.state(lines.n()));
    return states;
  }

  /** The lines' slopes, in scratch; gives the states back. */
  private long slopes(
      int kind, Lines lines, long y, long dy, long states, double divisor, int spread) {
    long slope = scratch.bytes(SLOPE_BYTES * lines.count());
    slopes
        .arg(kind)
        .arg(lines.x())
        .arg(y)
        .arg(dy)
        .arg(states)
        .arg(slope)
        .arg(lines.count())
        .arg(lines.n())
        .arg(lines.inner())
        .arg(divisor)
        .arg(spread);
    grids.each(slopes, lines.count());
    scratch.release(states);
    return slope;
  }

  /** Launches a kernel that goes over dx, row by row. */
  private void rows(Lines lines, Kernel kernel) {
    long rows = lines.inner() == 1 ? lines.outer() : lines.outer() * lines.n();
    long cols = lines.inner() == 1 ? lines.n() : lines.inner();
    grids.rows(
        kernel.arg(Structs.of(rows, cols, lines.n(), lines.inner())), rows, cols, Grids.WIDTH);
  }

  @Override
  public void cumulativeSum(long x, long y, long outer, long n, long inner, boolean reverse) {
    long lines = outer * inner;
    if (lines * n == 0) {
      return;
    }
    int backwards = reverse ? 1 : 0;
    if (inner == 1) {
      int warps = Grids.THREADS / Grids.WARP;
      sumRows
          .arg(x)
          .arg(y)
          .arg(lines)
          .arg(n)
          .arg(backwards)
          .launch(Grids.ceil(lines, warps), 1, 1, Grids.WARP, warps, 0);
    } else {
      sumColumns
          .arg(x)
          .arg(y)
          .arg(lines)
          .arg(n)
          .arg(inner)
          .arg(backwards)
          .launch(Grids.ceil(lines, Grids.THREADS), Grids.THREADS);
    }
  }

  @Override
  public void argMax(long x, long y, long outer, long n, long inner) {
    argMax.run(new Lines(x, outer, n, inner), 0, y, Ending.result(n, 1, false));
  }

  @Override
  public void sumOfSquares(long x, long y, long n) {
    squares.run(new Lines(x, 1, n, 1), 0, y, Ending.wide(n));
  }

  /**
   * The lines of x[outer, n, inner] along its middle axis.
   *
   * @param x address of the values
   */
  record Lines(long x, long outer, long n, long inner) {
    long count() {
      return outer * inner;
    }
  }
}
