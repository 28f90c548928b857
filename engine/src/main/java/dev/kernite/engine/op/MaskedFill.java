package dev.kernite.engine.op;

import dev.kernite.engine.Shape;
import dev.kernite.engine.autograd.Call;
import dev.kernite.engine.autograd.Gradient;

/**
 * x with a constant wherever the mask is true; the mask broadcasts to the shape of x.
 *
 * @param value the constant
 */
@Named(value = "shape", op = "masked_fill")
@Input("x")
@Input(value = "mask", kind = Input.Kind.MASK, gradient = false)
public record MaskedFill(float value) implements Op {
  @Override
  public Shape shape(Shape... in) {
    if (!Shape.broadcast(in[0], in[1]).equals(in[0])) {
      throw Op.misfit(this, "the mask does not broadcast to x", in);
    }
    return in[0];
  }

  @Override
  public void forward(Call c) {
    Shape y = c.output().shape();
    c.backend()
        .elementwise()
        .select(
            c.address(1),
            c.input(1).shape().stridesWithin(y),
            0,
            new long[y.rank()],
            c.address(0),
            y.strides(),
            value,
            c.output().address(),
            y.toArray());
  }

  @Override
  public void backward(Gradient g) {
    Shape y = g.output().shape();
    g.backend()
        .elementwise()
        .select(
            g.address(1),
            g.input(1).shape().stridesWithin(y),
            0,
            new long[y.rank()],
            g.upstream().address(),
            y.strides(),
            0,
            g.result(0).address(),
            y.toArray());
  }

  @Override
  public Cost cost(Shape... in) {
    return new Cost(0, 8.0 * in[0].size() + in[1].size());
  }
}
