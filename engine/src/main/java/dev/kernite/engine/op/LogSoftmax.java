package dev.kernite.engine.op;

import dev.kernite.engine.Shape;
import dev.kernite.engine.autograd.Call;
import dev.kernite.engine.autograd.Gradient;

/**
 * x - log(sum(exp(x))) along one axis, without overflow.
 *
 * @param dim the axis, negative to count from the end
 */
@Named("log_softmax")
@Input("x")
public record LogSoftmax(@Default("-1") int dim) implements Op {
  @Override
  public Shape shape(Shape... in) {
    in[0].axis(dim);
    return in[0];
  }

  @Override
  public void forward(Call c) {
    Shape s = c.output().shape();
    c.backend()
        .softmax()
        .logSoftmax(c.address(0), c.output().address(), s.outer(dim), s.dim(dim), s.inner(dim));
  }

  @Override
  public void backward(Gradient g) {
    Shape s = g.output().shape();
    g.backend()
        .softmax()
        .logSoftmaxGrad(
            g.output().address(),
            g.upstream().address(),
            g.result(0).address(),
            s.outer(dim),
            s.dim(dim),
            s.inner(dim));
  }

  @Override
  public Cost cost(Shape... in) {
    return Cost.elementwise(4, in[0].size(), 2);
  }
}
