package dev.kernite.engine.op;

import dev.kernite.engine.Shape;
import dev.kernite.engine.autograd.Call;
import dev.kernite.engine.autograd.Gradient;

/**
 * Operations whose result is some or all values of x, each at most once, read in another order. The
 * gradient is the same walk in the other direction; values that were not read get 0.
 */
public sealed interface Rearrangement extends Op permits Flip, Permute, Slice, Transpose {

  /**
   * How to walk over a dense x so that its values come in the order of the result.
   *
   * @param offset position of the first value read, in elements
   * @param strides step along each axis of the result, in elements
   */
  record Walk(long offset, long[] strides) {}

  /** The walk over an input of this shape. */
  Walk walk(Shape x);

  @Override
  default void forward(Call c) {
    Shape y = c.output().shape();
    if (y.size() == 0) {
      return;
    }
    Walk walk = walk(c.input(0).shape());
    c.backend()
        .layout()
        .copy(
            c.address(0) + 4 * walk.offset,
            walk.strides,
            c.output().address(),
            y.strides(),
            y.toArray(),
            4);
  }

  @Override
  default void backward(Gradient g) {
    Shape x = g.input(0).shape();
    Shape y = g.output().shape();
    long dx = g.result(0).address();
    if (y.size() < x.size()) {
      g.backend().memory().zero(dx, 4 * x.size());
    }
    if (y.size() == 0) {
      return;
    }
    Walk walk = walk(x);
    g.backend()
        .layout()
        .copy(
            g.upstream().address(),
            y.strides(),
            dx + 4 * walk.offset,
            walk.strides,
            y.toArray(),
            4);
  }

  @Override
  default Cost cost(Shape... in) {
    return Cost.elementwise(0, shape(in).size(), 2);
  }
}
