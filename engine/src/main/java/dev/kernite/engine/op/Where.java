package dev.kernite.engine.op;

import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.autograd.Call;
import dev.kernite.engine.autograd.Gradient;

/** a where the mask c is true, else b; all three broadcast. */
@Named(value = "shape", op = "where")
@Input("a")
@Input("b")
@Input(value = "c", kind = Input.Kind.MASK, gradient = false)
public record Where() implements Op {
  @Override
  public Shape shape(Shape... in) {
    return Shape.broadcast(Shape.broadcast(in[0], in[1]), in[2]);
  }

  @Override
  public void forward(Call c) {
    Shape y = c.output().shape();
    c.backend()
        .elementwise()
        .select(
            c.address(2),
            c.input(2).shape().stridesWithin(y),
            c.address(0),
            c.input(0).shape().stridesWithin(y),
            c.address(1),
            c.input(1).shape().stridesWithin(y),
            0,
            c.output().address(),
            y.toArray());
  }

  @Override
  public void backward(Gradient g) {
    pass(g, 0, g.upstream().address(), 0);
    pass(g, 1, 0, g.upstream().address());
  }

  /** The upstream gradient on one side of the mask, 0 on the other. */
  private static void pass(Gradient g, int input, long whereTrue, long whereFalse) {
    Shape y = g.output().shape();
    Tensor partial = Broadcast.partial(g, input, y);
    if (partial == null) {
      return;
    }
    g.backend()
        .elementwise()
        .select(
            g.address(2),
            g.input(2).shape().stridesWithin(y),
            whereTrue,
            y.strides(),
            whereFalse,
            y.strides(),
            0,
            partial.address(),
            y.toArray());
    Broadcast.sumRepeated(g, input, partial, y);
  }

  @Override
  public Cost cost(Shape... in) {
    return new Cost(0, 4.0 * (in[0].size() + in[1].size() + shape(in).size()) + in[2].size());
  }
}
