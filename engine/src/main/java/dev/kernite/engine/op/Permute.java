package dev.kernite.engine.op;

import dev.kernite.engine.EngineException;
import dev.kernite.engine.Shape;
import dev.kernite.engine.autograd.Call;
import dev.kernite.engine.autograd.Gradient;
import java.util.HashSet;
import java.util.List;

/**
 * The axes in another order, copied.
 *
 * @param dims axis of x that becomes each axis of the result
 */
@Named(value = "shape", op = "permute")
@Input("x")
public record Permute(List<Long> dims) implements Op {
  private int axis(Shape x, int i) {
    return x.axis(Math.toIntExact(dims.get(i)));
  }

  @Override
  public Shape shape(Shape... in) {
    long[] d = new long[in[0].rank()];
    HashSet<Integer> seen = new HashSet<>();
    for (int i = 0; i < dims.size() && i < d.length; i++) {
      seen.add(axis(in[0], i));
      d[i] = in[0].dim(axis(in[0], i));
    }
    if (dims.size() != d.length || seen.size() != d.length) {
      throw new EngineException("permute: " + dims + " is no order of the axes of " + in[0]);
    }
    return Shape.of(d);
  }

  /** Strides that read x in the order of the result. */
  private long[] readStrides(Shape x) {
    long[] own = x.strides();
    long[] s = new long[own.length];
    for (int i = 0; i < s.length; i++) {
      s[i] = own[axis(x, i)];
    }
    return s;
  }

  @Override
  public void forward(Call c) {
    Shape y = c.output().shape();
    c.backend()
        .layout()
        .copy(
            c.address(0),
            readStrides(c.input(0).shape()),
            c.output().address(),
            y.strides(),
            y.toArray(),
            4);
  }

  @Override
  public void backward(Gradient g) {
    Shape y = g.output().shape();
    g.backend()
        .layout()
        .copy(
            g.upstream().address(),
            y.strides(),
            g.result(0).address(),
            readStrides(g.input(0).shape()),
            y.toArray(),
            4);
  }

  @Override
  public Cost cost(Shape... in) {
    return Cost.elementwise(0, in[0].size(), 2);
  }
}
