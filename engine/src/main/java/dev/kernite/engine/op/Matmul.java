package dev.kernite.engine.op;

import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.autograd.Call;
import dev.kernite.engine.autograd.Gradient;

/**
 * Matrix product of the last two axes, broadcast over the others, with NumPy's rules for vectors:
 * [..., m, k] x [..., k, n] gives [..., m, n]. Either operand may be a strided view whose rows or
 * columns are contiguous, so head splits and transposes are read in place.
 *
 * @param transposeA a is given as [..., k, m]
 * @param transposeB b is given as [..., n, k]
 */
@Named("matmul")
@Input(value = "a", strided = true)
@Input(value = "b", strided = true)
public record Matmul(@Default("false") boolean transposeA, @Default("false") boolean transposeB)
    implements Op {

  @Override
  public Shape shape(Shape... in) {
    MatrixView a = MatrixView.left(in[0], in[0].strides(), transposeA);
    MatrixView b = MatrixView.right(in[1], in[1].strides(), transposeB);
    if (a.cols() != b.rows()) {
      throw Op.misfit(this, "inner extents " + a.cols() + " and " + b.rows() + " differ", in);
    }
    Shape batch = Shape.broadcast(a.batch(), b.batch());
    long[] d = new long[batch.rank() + 2];
    System.arraycopy(batch.toArray(), 0, d, 0, batch.rank());
    d[batch.rank()] = a.rows();
    d[batch.rank() + 1] = b.cols();
    Shape full = Shape.of(d);
    if (in[1].rank() == 1) {
      full = full.without(-1);
    }
    return in[0].rank() == 1 ? full.without(in[1].rank() == 1 ? -1 : -2) : full;
  }

  private MatrixView left(Tensor a) {
    return MatrixView.left(a.shape(), a.strides(), transposeA);
  }

  private MatrixView right(Tensor b) {
    return MatrixView.right(b.shape(), b.strides(), transposeB);
  }

  @Override
  public void forward(Call c) {
    MatrixView a = left(c.input(0));
    MatrixView b = right(c.input(1));
    MatrixView y = MatrixView.product(a, b);
    BatchedProduct.run(
        c.backend(), a, c.address(0), b, c.address(1), y, c.output().address(), false);
  }

  /** dA = dY B^T and dB = A^T dY, added to the operands' own windows (broadcast batches sum). */
  @Override
  public void backward(Gradient g) {
    MatrixView a = left(g.input(0));
    MatrixView b = right(g.input(1));
    MatrixView dy = MatrixView.product(a, b);
    long up = g.upstream().address();
    if (g.wants(0)) {
      BatchedProduct.run(
          g.backend(), dy, up, b.transposed(), g.address(1), a, g.windowAddress(0), true);
    }
    if (g.wants(1)) {
      BatchedProduct.run(
          g.backend(), a.transposed(), g.address(0), dy, up, b, g.windowAddress(1), true);
    }
  }

  @Override
  public Cost cost(Shape... in) {
    Shape out = shape(in);
    long k = MatrixView.left(in[0], in[0].strides(), transposeA).cols();
    return new Cost(2.0 * out.size() * k, 4.0 * (in[0].size() + in[1].size() + out.size()));
  }
}
