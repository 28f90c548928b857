package dev.kernite.engine.op;

import dev.kernite.engine.EngineException;
import dev.kernite.engine.Shape;
import java.util.List;

/**
 * Two axes exchanged, copied.
 *
 * @param dims the two axes, negative to count from the end
 */
@Named(value = "shape", op = "transpose")
@Input("x")
public record Transpose(List<Long> dims) implements Rearrangement {

  /** Checks that there are two axes. */
  public Transpose {
    if (dims.size() != 2) {
      throw new EngineException("transpose: dims must name two axes, not " + dims);
    }
  }

  private long[] exchanged(Shape x, long[] of) {
    int a = x.axis(dims.get(0));
    int b = x.axis(dims.get(1));
    long t = of[a];
    of[a] = of[b];
    of[b] = t;
    return of;
  }

  @Override
  public Shape shape(Shape... in) {
    return Shape.of(exchanged(in[0], in[0].toArray()));
  }

  @Override
  public Walk walk(Shape x) {
    return new Walk(0, exchanged(x, x.strides()));
  }
}
