package dev.kernite.engine.op;

import dev.kernite.engine.Shape;
import dev.kernite.engine.autograd.Call;
import dev.kernite.engine.autograd.Gradient;

/**
 * Tensors of one shape side by side along a new axis.
 *
 * @param dim where the new axis stands in the result, negative to count from its end
 */
@Named(value = "shape", op = "stack")
@Input(Input.ANY_NUMBER)
public record Stack(@Default("0") int dim) implements Op {
  @Override
  public Shape shape(Shape... in) {
    int rank = in[0].rank();
    int axis = dim < 0 ? dim + rank + 1 : dim;
    if (axis < 0 || axis > rank) {
      throw Op.misfit(this, "no place " + dim + " for a new axis", in);
    }
    long[] d = new long[rank + 1];
    for (int i = 0; i <= rank; i++) {
      d[i] = i == axis ? in.length : in[0].dim(i < axis ? i : i - 1);
    }
    for (Shape s : in) {
      if (!s.equals(in[0])) {
        throw Op.misfit(this, "all inputs must have one shape", in);
      }
    }
    return Shape.of(d);
  }

  @Override
  public void forward(Call c) {
    Shape y = c.output().shape();
    Shape one = y.with(dim, 1);
    for (int i = 0; i < c.inputs(); i++) {
      long to = c.output().address() + 4L * i * y.inner(dim);
      c.backend().layout().copy(c.address(i), one.strides(), to, y.strides(), one.toArray(), 4);
    }
  }

  @Override
  public void backward(Gradient g) {
    Shape y = g.output().shape();
    Shape one = y.with(dim, 1);
    for (int i = 0; i < g.inputs(); i++) {
      if (g.wants(i)) {
        long from = g.upstream().address() + 4L * i * y.inner(dim);
        g.backend()
            .layout()
            .copy(from, y.strides(), g.result(i).address(), one.strides(), one.toArray(), 4);
      }
    }
  }

  @Override
  public Cost cost(Shape... in) {
    return Cost.elementwise(0, shape(in).size(), 2);
  }
}
