package dev.kernite.engine.op;

import dev.kernite.engine.Shape;
import dev.kernite.engine.autograd.Call;
import dev.kernite.engine.autograd.Gradient;

/**
 * Values picked one by one along an axis: y[..., j, ...] = x[..., index[..., j, ...], ...]. The
 * index has the extents of x but along that axis. Gradients of values picked twice add up.
 *
 * @param dim the axis, negative to count from the end
 */
@Named(value = "shape", op = "gather")
@Input("x")
@Input(value = "index", kind = Input.Kind.INDEX, gradient = false)
public record Gather(int dim) implements Op {
  @Override
  public Shape shape(Shape... in) {
    if (in[0].rank() != in[1].rank() || !in[0].with(dim, 1).equals(in[1].with(dim, 1))) {
      throw Op.misfit(this, "x and index may differ along axis " + dim + " only", in);
    }
    return in[1];
  }

  @Override
  public void forward(Call c) {
    Shape x = c.input(0).shape();
    Indices.require(c.input(1), x.dim(dim), "gather");
    long m = c.output().shape().dim(dim);
    c.backend()
        .index()
        .gather(
            c.address(0),
            c.address(1),
            c.output().address(),
            x.outer(dim),
            x.dim(dim),
            m,
            x.inner(dim));
  }

  @Override
  public void backward(Gradient g) {
    Shape x = g.input(0).shape();
    long dx = g.result(0).address();
    g.backend().memory().zero(dx, 4 * x.size());
    g.backend()
        .index()
        .scatterAdd(
            g.upstream().address(),
            g.address(1),
            dx,
            x.outer(dim),
            x.dim(dim),
            g.output().shape().dim(dim),
            x.inner(dim));
  }

  @Override
  public Cost cost(Shape... in) {
    return Cost.elementwise(0, in[1].size(), 3);
  }
}
