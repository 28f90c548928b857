package dev.kernite.engine.op;

import dev.kernite.engine.DType;
import dev.kernite.engine.EngineException;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.autograd.Call;
import dev.kernite.engine.autograd.Gradient;
import dev.kernite.kernels.Backend;
import dev.kernite.kernels.ReduceFunction;
import java.util.Arrays;
import java.util.List;

/**
 * One value from all values along some axes. The mean of nothing is NaN; nothing has no largest or
 * smallest value.
 *
 * <p>Tied largest (smallest) values share the gradient evenly when all axes are reduced; along
 * given axes the first of them gets all of it, as in PyTorch.
 *
 * @param op the function
 * @param dims the axes reduced, negative to count from the end; empty for all
 * @param keepdim keep reduced axes with extent 1
 * @param correction the divisor of {@code var} and {@code std} is n - correction; others ignore it
 */
@Named("reduce")
@Input("x")
public record Reduce(
    ReduceFunction op,
    @Default("[]") List<Long> dims,
    @Default("false") boolean keepdim,
    @Default("1") int correction)
    implements Op {

  /** Over all axes, or along some. */
  public Reduce(ReduceFunction op, List<Long> dims, boolean keepdim) {
    this(op, dims, keepdim, 1);
  }

  /**
   * The input as lines to reduce.
   *
   * @param outer lines before
   * @param n values a line
   * @param inner distance between the values of a line
   * @param order the axes in an order that makes the lines regular, or null if they are as stored
   */
  private record Lines(long outer, long n, long inner, int[] order) {}

  private boolean[] reduced(Shape x) {
    boolean[] reduced = new boolean[x.rank()];
    if (dims.isEmpty()) {
      Arrays.fill(reduced, true);
    }
    for (long d : dims) {
      int axis = x.axis(d);
      if (reduced[axis]) {
        throw new EngineException("reduce: axis " + d + " stands twice in dims " + dims);
      }
      reduced[axis] = true;
    }
    return reduced;
  }

  /** Neighbouring axes are reduced where they lie; others are first moved to the end. */
  private Lines lines(Shape x) {
    boolean[] reduced = reduced(x);
    long outer = 1;
    long n = 1;
    long inner = 1;
    int seams = 0;
    for (int i = 0; i < x.rank(); i++) {
      if (reduced[i]) {
        n *= x.dim(i);
        seams += i == 0 || !reduced[i - 1] ? 1 : 0;
      } else if (seams == 0) {
        outer *= x.dim(i);
      } else {
        inner *= x.dim(i);
      }
    }
    if (seams <= 1) {
      return new Lines(outer, n, inner, null);
    }
    int[] order = new int[x.rank()];
    int next = 0;
    for (boolean wanted : new boolean[] {false, true}) {
      for (int i = 0; i < x.rank(); i++) {
        if (reduced[i] == wanted) {
          order[next++] = i;
        }
      }
    }
    return new Lines(outer * inner, n, 1, order);
  }

  @Override
  public Shape shape(Shape... in) {
    Shape x = in[0];
    boolean[] reduced = reduced(x);
    Shape y = x;
    for (int i = x.rank() - 1; i >= 0; i--) {
      if (reduced[i]) {
        y = keepdim ? y.with(i, 1) : y.without(i);
      }
    }
    boolean ordered = op == ReduceFunction.MAX || op == ReduceFunction.MIN;
    if (ordered && x.size() == 0 && y.size() > 0) {
      throw Op.misfit(this, "nothing has no largest or smallest value", in);
    }
    return y;
  }

  @Override
  public void forward(Call c) {
    Shape x = c.input(0).shape();
    Lines l = lines(x);
    Tensor moved = l.order == null ? c.input(0) : c.scratch(DType.F32, Shape.of(x.size()));
    if (l.order != null) {
      move(c.backend(), x, l.order, c.address(0), moved.address(), true);
    }
    c.backend()
        .reduce()
        .reduce(op, moved.address(), c.output().address(), l.outer, l.n, l.inner, correction);
    if (l.order != null) {
      moved.close();
    }
  }

  @Override
  public void backward(Gradient g) {
    Shape x = g.input(0).shape();
    Lines l = lines(x);
    boolean inPlace = l.order == null;
    Tensor moved = inPlace ? g.input(0) : g.scratch(DType.F32, Shape.of(x.size()));
    Tensor dx = inPlace ? g.result(0) : g.scratch(DType.F32, Shape.of(x.size()));
    if (!inPlace) {
      move(g.backend(), x, l.order, g.address(0), moved.address(), true);
    }
    g.backend()
        .reduce()
        .reduceGrad(
            op,
            moved.address(),
            g.output().address(),
            g.upstream().address(),
            dx.address(),
            l.outer,
            l.n,
            l.inner,
            correction,
            dims.isEmpty());
    if (!inPlace) {
      move(g.backend(), x, l.order, g.result(0).address(), dx.address(), false);
    }
  }

  /** Copies between x as stored and x with its axes in another order, one way or the other. */
  private static void move(
      Backend b, Shape x, int[] order, long stored, long ordered, boolean toOrdered) {
    long[] own = x.strides();
    long[] sizes = new long[order.length];
    long[] strides = new long[order.length];
    for (int i = 0; i < order.length; i++) {
      sizes[i] = x.dim(order[i]);
      strides[i] = own[order[i]];
    }
    long[] dense = Shape.of(sizes).strides();
    if (toOrdered) {
      b.layout().copy(stored, strides, ordered, dense, sizes, 4);
    } else {
      b.layout().copy(ordered, dense, stored, strides, sizes, 4);
    }
  }

  @Override
  public Cost cost(Shape... in) {
    return new Cost(in[0].size(), 4.0 * (in[0].size() + shape(in).size()));
  }
}
