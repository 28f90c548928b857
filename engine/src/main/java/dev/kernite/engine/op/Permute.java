package dev.kernite.engine.op;

import dev.kernite.engine.Shape;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The axes in another order, copied.
 *
 * @param dims axis of x that becomes each axis of the result
 */
@Named(value = "shape", op = "permute")
@Input("x")
public record Permute(List<Long> dims) implements Rearrangement {
  private int axis(Shape x, int i) {
    return x.axis(dims.get(i));
  }

  @Override
  public Shape shape(Shape... in) {
    long[] d = new long[in[0].rank()];
    Set<Integer> seen = new HashSet<>();
    for (int i = 0; i < dims.size() && i < d.length; i++) {
      seen.add(axis(in[0], i));
      d[i] = in[0].dim(axis(in[0], i));
    }
    if (dims.size() != d.length || seen.size() != d.length) {
      throw Op.misfit(this, dims + " is no order of the axes of x", in);
    }
    return Shape.of(d);
  }

  @Override
  public Walk walk(Shape x) {
    long[] own = x.strides();
    long[] strides = new long[own.length];
    for (int i = 0; i < strides.length; i++) {
      strides[i] = own[axis(x, i)];
    }
    return new Walk(0, strides);
  }
}
