package dev.kernite.engine.op;

import dev.kernite.engine.EngineException;
import dev.kernite.engine.Shape;
import java.util.Arrays;

/**
 * A stack of matrices in memory: extents and strides of rows, columns and batch axes.
 *
 * @param batch extents of the batch axes
 * @param batchStrides strides along them, in elements
 * @param rows rows of each matrix
 * @param cols columns of each matrix
 * @param rowStride from one row to the next
 * @param colStride from one column to the next
 */
record MatrixView(
    Shape batch, long[] batchStrides, long rows, long cols, long rowStride, long colStride) {

  /** A left operand; a vector is one row. */
  static MatrixView left(Shape shape, long[] strides, boolean transposed) {
    return of(shape, strides, transposed, true);
  }

  /** A right operand; a vector is one column. */
  static MatrixView right(Shape shape, long[] strides, boolean transposed) {
    return of(shape, strides, transposed, false);
  }

  private static MatrixView of(Shape shape, long[] strides, boolean transposed, boolean rowVector) {
    if (shape.rank() == 0) {
      throw new EngineException("matmul: a scalar has no matrix axes");
    }
    if (shape.rank() == 1) {
      long n = shape.dim(0);
      return rowVector
          ? new MatrixView(Shape.SCALAR, new long[0], 1, n, n, strides[0])
          : new MatrixView(Shape.SCALAR, new long[0], n, 1, strides[0], 1);
    }
    int r = shape.rank();
    MatrixView stored =
        new MatrixView(
            Shape.of(Arrays.copyOf(shape.toArray(), r - 2)),
            Arrays.copyOf(strides, r - 2),
            shape.dim(r - 2),
            shape.dim(r - 1),
            strides[r - 2],
            strides[r - 1]);
    return transposed ? stored.transposed() : stored;
  }

  /** The dense result of a product. */
  static MatrixView product(MatrixView a, MatrixView b) {
    Shape batch = Shape.broadcast(a.batch, b.batch);
    long[] strides = batch.strides();
    for (int i = 0; i < strides.length; i++) {
      strides[i] *= a.rows * b.cols;
    }
    return new MatrixView(batch, strides, a.rows, b.cols, b.cols, 1);
  }

  /** Rows and columns exchanged. */
  MatrixView transposed() {
    return new MatrixView(batch, batchStrides, cols, rows, colStride, rowStride);
  }

  /** Whether the product kernel must read it as transposed: its columns are contiguous. */
  boolean isColumnMajor() {
    return !contiguous(colStride, cols) && contiguous(rowStride, rows);
  }

  /**
   * Row stride as stored.
   *
   * @throws EngineException if neither rows nor columns are contiguous
   */
  long leadingDimension() {
    if (!contiguous(colStride, cols) && !contiguous(rowStride, rows)) {
      throw new EngineException(
          "matmul reads views whose rows or columns are contiguous; this one has strides "
              + rowStride
              + " and "
              + colStride
              + ": copy it first");
    }
    long extent = isColumnMajor() ? rows : cols;
    long stride = isColumnMajor() ? colStride : rowStride;
    return Math.max(stride, Math.max(1, extent));
  }

  private static boolean contiguous(long stride, long extent) {
    return stride == 1 || extent <= 1;
  }

  /** Batch strides as seen from a broadcast batch shape: 0 along repeated axes. */
  long[] stridesWithin(Shape target) {
    long[] s = new long[target.rank()];
    int lead = target.rank() - batch.rank();
    for (int i = 0; i < batch.rank(); i++) {
      s[lead + i] = batch.dim(i) == 1 ? 0 : batchStrides[i];
    }
    return s;
  }
}
