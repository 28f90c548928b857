package dev.kernite.engine.op;

import dev.kernite.engine.Shape;
import dev.kernite.engine.autograd.Call;
import dev.kernite.engine.autograd.Gradient;

/**
 * log(sum(exp(x))) along one axis, without overflow; a line of only -inf gives -inf.
 *
 * @param dim the axis, negative to count from the end
 * @param keepdim keep the axis with extent 1
 */
@Named("logsumexp")
@Input("x")
public record Logsumexp(@Default("-1") int dim, @Default("false") boolean keepdim) implements Op {
  @Override
  public Shape shape(Shape... in) {
    return keepdim ? in[0].with(dim, 1) : in[0].without(in[0].axis(dim));
  }

  @Override
  public void forward(Call c) {
    Shape s = c.input(0).shape();
    c.backend()
        .softmax()
        .logSumExp(c.address(0), c.output().address(), s.outer(dim), s.dim(dim), s.inner(dim));
  }

  @Override
  public void backward(Gradient g) {
    Shape s = g.input(0).shape();
    g.backend()
        .softmax()
        .logSumExpGrad(
            g.address(0),
            g.output().address(),
            g.upstream().address(),
            g.result(0).address(),
            s.outer(dim),
            s.dim(dim),
            s.inner(dim));
  }

  @Override
  public Cost cost(Shape... in) {
    return new Cost(3.0 * in[0].size(), 4.0 * (in[0].size() + shape(in).size()));
  }
}
