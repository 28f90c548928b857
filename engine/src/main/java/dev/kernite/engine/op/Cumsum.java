package dev.kernite.engine.op;

import dev.kernite.engine.EngineException;
import dev.kernite.engine.Shape;
import dev.kernite.engine.autograd.Call;
import dev.kernite.engine.autograd.Gradient;
import java.util.List;

/**
 * Running sums along one axis: y[j] = x[0] + ... + x[j].
 *
 * @param dims the axis, as a list of one
 */
@Named(value = "reduce", op = "cumsum")
@Input("x")
public record Cumsum(List<Long> dims) implements Op {

  /** Checks that there is one axis. */
  public Cumsum {
    if (dims.size() != 1) {
      throw new EngineException("cumsum: dims must name one axis, not " + dims);
    }
  }

  private int axis(Shape x) {
    return x.axis(dims.getFirst());
  }

  @Override
  public Shape shape(Shape... in) {
    axis(in[0]);
    return in[0];
  }

  @Override
  public void forward(Call c) {
    Shape s = c.output().shape();
    int a = axis(s);
    c.backend()
        .reduce()
        .cumulativeSum(c.address(0), c.output().address(), s.outer(a), s.dim(a), s.inner(a), false);
  }

  @Override
  public void backward(Gradient g) {
    Shape s = g.output().shape();
    int a = axis(s);
    g.backend()
        .reduce()
        .cumulativeSum(
            g.upstream().address(), g.result(0).address(), s.outer(a), s.dim(a), s.inner(a), true);
  }

  @Override
  public Cost cost(Shape... in) {
    return Cost.elementwise(1, in[0].size(), 2);
  }
}
