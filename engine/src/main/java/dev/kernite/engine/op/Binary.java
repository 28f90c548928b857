package dev.kernite.engine.op;

import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.autograd.Call;
import dev.kernite.engine.autograd.Gradient;
import dev.kernite.kernels.BinaryFunction;

/**
 * A function of two values, broadcast as in NumPy.
 *
 * @param op the function
 */
@Named("broadcast_binary")
@Input("a")
@Input("b")
public record Binary(BinaryFunction op) implements Op {
  @Override
  public Shape shape(Shape... in) {
    return Shape.broadcast(in[0], in[1]);
  }

  @Override
  public void forward(Call c) {
    Shape y = c.output().shape();
    c.backend()
        .elementwise()
        .binary(
            op,
            c.address(0),
            c.input(0).shape().stridesWithin(y),
            c.address(1),
            c.input(1).shape().stridesWithin(y),
            c.output().address(),
            y.toArray());
  }

  @Override
  public void backward(Gradient g) {
    Shape y = g.output().shape();
    Tensor da = Broadcast.partial(g, 0, y);
    Tensor db = Broadcast.partial(g, 1, y);
    g.backend()
        .elementwise()
        .binaryGrad(
            op,
            g.address(0),
            g.input(0).shape().stridesWithin(y),
            g.address(1),
            g.input(1).shape().stridesWithin(y),
            g.output().address(),
            g.upstream().address(),
            da == null ? 0 : da.address(),
            db == null ? 0 : db.address(),
            y.toArray());
    Broadcast.sumRepeated(g, 0, da, y);
    Broadcast.sumRepeated(g, 1, db, y);
  }

  @Override
  public Cost cost(Shape... in) {
    long n = shape(in).size();
    return new Cost(n, 4.0 * (in[0].size() + in[1].size() + n));
  }
}
