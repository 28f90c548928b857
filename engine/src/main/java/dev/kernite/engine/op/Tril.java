package dev.kernite.engine.op;

import dev.kernite.engine.DType;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.autograd.Call;
import dev.kernite.engine.autograd.Gradient;
import dev.kernite.kernels.Backend;
import java.lang.foreign.MemorySegment;

/**
 * The lower triangle of each matrix of the last two axes; 0 above it.
 *
 * @param diagonal last diagonal that is kept: 0 the main one, positive above it, negative below
 */
@Named(value = "shape", op = "tril")
@Input("x")
public record Tril(@Default("0") long diagonal) implements Op {
  @Override
  public Shape shape(Shape... in) {
    if (in[0].rank() < 2) {
      throw Op.misfit(this, "x needs two axes", in);
    }
    if (in[0].dim(-1) * (double) in[0].dim(-2) > Integer.MAX_VALUE - 8) {
      throw Op.misfit(this, "matrices of 2^31 values and more are too large", in);
    }
    return in[0];
  }

  @Override
  public void forward(Call c) {
    Shape y = c.output().shape();
    Tensor keep = c.scratch(DType.BOOL, Shape.of(y.dim(-2), y.dim(-1)));
    select(c.backend(), keep, c.address(0), c.output());
    keep.close();
  }

  @Override
  public void backward(Gradient g) {
    Shape y = g.output().shape();
    Tensor keep = g.scratch(DType.BOOL, Shape.of(y.dim(-2), y.dim(-1)));
    select(g.backend(), keep, g.upstream().address(), g.result(0));
  }

  /** Copies what the triangle keeps; {@code keep} is scratch for its mask. */
  private void select(Backend backend, Tensor keep, long from, Tensor to) {
    int rows = Math.toIntExact(keep.shape().dim(0));
    int cols = Math.toIntExact(keep.shape().dim(1));
    byte[] mask = new byte[Math.multiplyExact(rows, cols)];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < cols && c - r <= diagonal; c++) {
        mask[r * cols + c] = 1;
      }
    }
    keep.copyFrom(MemorySegment.ofArray(mask));
    Shape y = to.shape();
    backend
        .elementwise()
        .select(
            keep.address(),
            keep.shape().stridesWithin(y),
            from,
            y.strides(),
            0,
            new long[y.rank()],
            0,
            to.address(),
            y.toArray());
  }

  @Override
  public Cost cost(Shape... in) {
    return Cost.elementwise(0, in[0].size(), 2);
  }
}
