package dev.kernite.engine.op;

import dev.kernite.engine.EngineException;
import dev.kernite.engine.Shape;
import java.util.List;

/**
 * The values along some axes in reverse order.
 *
 * @param dims the axes, negative to count from the end
 */
@Named(value = "shape", op = "flip")
@Input("x")
public record Flip(List<Long> dims) implements Rearrangement {
  @Override
  public Shape shape(Shape... in) {
    walk(in[0]);
    return in[0];
  }

  @Override
  public Walk walk(Shape x) {
    long[] strides = x.strides();
    boolean[] flipped = new boolean[strides.length];
    long offset = 0;
    for (long d : dims) {
      int axis = x.axis(d);
      if (flipped[axis]) {
        throw new EngineException("flip: axis " + d + " stands twice in dims " + dims);
      }
      flipped[axis] = true;
      offset += (x.dim(axis) - 1) * strides[axis];
      strides[axis] = -strides[axis];
    }
    return new Walk(offset, strides);
  }
}
