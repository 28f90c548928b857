package dev.kernite.engine.op;

import dev.kernite.engine.Shape;
import dev.kernite.engine.autograd.Call;
import dev.kernite.engine.autograd.Gradient;

/**
 * Tensors one after the other along an axis; their other extents agree.
 *
 * @param dim the axis, negative to count from the end
 */
@Named(value = "shape", op = "concat")
@Input(Input.ANY_NUMBER)
public record Concat(@Default("0") int dim) implements Op {
  @Override
  public Shape shape(Shape... in) {
    long length = 0;
    for (Shape s : in) {
      if (s.rank() != in[0].rank() || !s.with(dim, 1).equals(in[0].with(dim, 1))) {
        throw Op.misfit(this, "inputs may differ along axis " + dim + " only", in);
      }
      length = Math.addExact(length, s.dim(dim));
    }
    return in[0].with(dim, length);
  }

  @Override
  public void forward(Call c) {
    Shape y = c.output().shape();
    long to = c.output().address();
    for (int i = 0; i < c.inputs(); i++) {
      Shape x = c.input(i).shape();
      c.backend().layout().copy(c.address(i), x.strides(), to, y.strides(), x.toArray(), 4);
      to += 4 * x.dim(dim) * y.inner(dim);
    }
  }

  @Override
  public void backward(Gradient g) {
    Shape y = g.output().shape();
    long from = g.upstream().address();
    for (int i = 0; i < g.inputs(); i++) {
      Shape x = g.input(i).shape();
      if (g.wants(i)) {
        g.backend()
            .layout()
            .copy(from, y.strides(), g.result(i).address(), x.strides(), x.toArray(), 4);
      }
      from += 4 * x.dim(dim) * y.inner(dim);
    }
  }

  @Override
  public Cost cost(Shape... in) {
    return Cost.elementwise(0, shape(in).size(), 2);
  }
}
