package dev.kernite.engine.op;

import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.autograd.Call;
import dev.kernite.engine.autograd.Gradient;

/**
 * Rows of a table by index: weight [rows, width] and ids [...] give [..., width].
 *
 * @param paddingIdx a row that gets no gradient, or -1 for none
 */
@Named("embedding")
@Input("weight")
@Input(value = "ids", kind = Input.Kind.INDEX, gradient = false)
public record Embedding(@Default("-1") int paddingIdx) implements Op {
  @Override
  public Shape shape(Shape... in) {
    if (in[0].rank() != 2) {
      throw Op.misfit(this, "the weight must be [rows, width]", in);
    }
    if (paddingIdx < -1 || paddingIdx >= in[0].dim(0)) {
      throw Op.misfit(this, "padding_idx " + paddingIdx + " is no row of the weight", in);
    }
    long[] d = new long[in[1].rank() + 1];
    System.arraycopy(in[1].toArray(), 0, d, 0, in[1].rank());
    d[d.length - 1] = in[0].dim(1);
    return Shape.of(d);
  }

  @Override
  public void forward(Call c) {
    Shape table = c.input(0).shape();
    Indices.require(c.input(1), table.dim(0), "embedding");
    c.backend()
        .index()
        .gatherRows(
            c.address(0), c.address(1), c.output().address(), c.input(1).size(), table.dim(1));
  }

  @Override
  public void backward(Gradient g) {
    Tensor sum = g.window(0);
    Shape table = sum.shape();
    g.backend()
        .index()
        .scatterAddRows(
            g.upstream().address(),
            g.address(1),
            sum.address(),
            g.input(1).size(),
            table.dim(1),
            table.dim(0),
            paddingIdx);
  }

  @Override
  public Cost cost(Shape... in) {
    return new Cost(0, 8.0 * shape(in).size() + 4.0 * in[1].size());
  }
}
