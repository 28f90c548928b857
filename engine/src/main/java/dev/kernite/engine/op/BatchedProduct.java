package dev.kernite.engine.op;

import dev.kernite.engine.Shape;
import dev.kernite.kernels.Backend;
import dev.kernite.kernels.Gemm;
import java.util.ArrayList;
import java.util.List;

/** Runs a broadcast stack of matrix products as few calls of the product kernel. */
final class BatchedProduct {
  private BatchedProduct() {}

  /** One batch axis with its strides in the three stacks. */
  private record Axis(long extent, long a, long b, long c) {
    /** Whether this axis continues the inner one without a seam in any of the stacks. */
    boolean joins(Axis inner) {
      return a == inner.a * inner.extent
          && b == inner.b * inner.extent
          && c == inner.c * inner.extent;
    }
  }

  /** {@code C = A B}, or {@code C += A B}; where C is repeated along an axis, products sum. */
  static void run(
      Backend backend,
      MatrixView a,
      long addressA,
      MatrixView b,
      long addressB,
      MatrixView c,
      long addressC,
      boolean accumulate) {
    if (c.isColumnMajor()) {
      run(
          backend,
          b.transposed(),
          addressB,
          a.transposed(),
          addressA,
          c.transposed(),
          addressC,
          accumulate);
      return;
    }
    Shape batch = Shape.broadcast(Shape.broadcast(a.batch(), b.batch()), c.batch());
    if (batch.size() == 0 || a.rows() == 0 || b.cols() == 0) {
      return;
    }
    List<Axis> axes =
        joined(batch, a.stridesWithin(batch), b.stridesWithin(batch), c.stridesWithin(batch));
    Gemm.Shape product =
        new Gemm.Shape(
            a.isColumnMajor(),
            b.isColumnMajor(),
            a.rows(),
            b.cols(),
            a.cols(),
            a.leadingDimension(),
            b.leadingDimension(),
            c.leadingDimension(),
            1,
            0,
            0,
            0,
            accumulate);
    Axis inner = axes.isEmpty() ? new Axis(1, 0, 0, 0) : axes.getLast();
    boolean batched = inner.c != 0 || inner.extent == 1;
    if (batched) {
      product = product.batched(inner.extent, inner.a, inner.b, inner.c);
    }
    List<Axis> outer = batched && !axes.isEmpty() ? axes.subList(0, axes.size() - 1) : axes;
    loop(backend.gemm(), product, outer, 0, addressA, addressB, addressC);
  }

  private static void loop(
      Gemm gemm, Gemm.Shape product, List<Axis> axes, int depth, long a, long b, long c) {
    if (depth == axes.size()) {
      gemm.multiply(product, a, b, 0, c);
      return;
    }
    Axis x = axes.get(depth);
    for (long i = 0; i < x.extent; i++) {
      loop(gemm, product, axes, depth + 1, a + 4 * i * x.a, b + 4 * i * x.b, c + 4 * i * x.c);
    }
  }

  private static List<Axis> joined(Shape batch, long[] a, long[] b, long[] c) {
    List<Axis> axes = new ArrayList<>();
    for (int i = 0; i < batch.rank(); i++) {
      if (batch.dim(i) == 1) {
        continue;
      }
      Axis next = new Axis(batch.dim(i), a[i], b[i], c[i]);
      if (!axes.isEmpty() && axes.getLast().joins(next)) {
        next = new Axis(axes.removeLast().extent * next.extent, next.a, next.b, next.c);
      }
      axes.add(next);
    }
    return axes;
  }
}
