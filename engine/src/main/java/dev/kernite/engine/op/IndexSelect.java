package dev.kernite.engine.op;

import dev.kernite.engine.Shape;
import dev.kernite.engine.autograd.Call;
import dev.kernite.engine.autograd.Gradient;

/**
 * Whole slices along an axis, by index: index is [m], and the result has the extents of x with m
 * along that axis. Gradients of slices taken twice add up.
 *
 * @param dim the axis, negative to count from the end
 */
@Named(value = "shape", op = "index_select")
@Input("x")
@Input(value = "index", kind = Input.Kind.INDEX, gradient = false)
public record IndexSelect(int dim) implements Op {
  @Override
  public Shape shape(Shape... in) {
    if (in[1].rank() != 1) {
      throw Op.misfit(this, "index must have one axis", in);
    }
    return in[0].with(dim, in[1].dim(0));
  }

  @Override
  public void forward(Call c) {
    Shape x = c.input(0).shape();
    long n = x.dim(dim);
    long m = c.input(1).size();
    long inner = x.inner(dim);
    Indices.require(c.input(1), n, "index_select");
    for (long o = 0; o < x.outer(dim); o++) {
      c.backend()
          .index()
          .gatherRows(
              c.address(0) + 4 * o * n * inner,
              c.address(1),
              c.output().address() + 4 * o * m * inner,
              m,
              inner);
    }
  }

  @Override
  public void backward(Gradient g) {
    Shape x = g.input(0).shape();
    long n = x.dim(dim);
    long m = g.input(1).size();
    long inner = x.inner(dim);
    long dx = g.result(0).address();
    g.backend().memory().zero(dx, 4 * x.size());
    for (long o = 0; o < x.outer(dim); o++) {
      g.backend()
          .index()
          .scatterAddRows(
              g.upstream().address() + 4 * o * m * inner,
              g.address(1),
              dx + 4 * o * n * inner,
              m,
              inner,
              n,
              -1);
    }
  }

  @Override
  public Cost cost(Shape... in) {
    return Cost.elementwise(0, shape(in).size(), 2);
  }
}
