package dev.kernite.engine.op;

import dev.kernite.engine.EngineException;
import dev.kernite.engine.Shape;
import java.util.List;

/**
 * Every step-th value between two positions of each axis, by the rules of Python's slices:
 * positions count from the end when negative and are cut to the axis, null means as far as it goes,
 * negative steps run backwards. Lists shorter than the rank leave the remaining axes whole.
 *
 * @param starts first position of each axis
 * @param stops position of each axis that is no longer taken
 * @param steps distance between positions, not 0
 */
@Named(value = "shape", op = "slice")
@Input("x")
public record Slice(
    @Default(value = "[]", nullElements = true) List<Long> starts,
    @Default(value = "[]", nullElements = true) List<Long> stops,
    @Default(value = "[]", nullElements = true) List<Long> steps)
    implements Rearrangement {

  /** Checks the steps. */
  public Slice {
    for (Long step : steps) {
      if (step != null && step == 0) {
        throw new EngineException("slice: steps " + steps + " hold a 0");
      }
    }
  }

  /** What is taken of one axis. */
  private record Range(long first, long count, long step) {
    /** As {@code slice(start, stop, step).indices(n)} in Python. */
    static Range of(Long start, Long stop, Long by, long n) {
      long step = by == null ? 1 : by;
      boolean up = step > 0;
      long from = start == null ? (up ? 0 : n - 1) : cut(start, up, n);
      long to = stop == null ? (up ? n : -1) : cut(stop, up, n);
      long span = up ? to - from : from - to;
      long stride = Math.abs(step);
      return new Range(from, span <= 0 ? 0 : 1 + (span - 1) / stride, step);
    }

    private static long cut(long position, boolean up, long n) {
      long p = position < 0 ? position + n : position;
      return Math.clamp(p, up ? 0 : -1, up ? n : n - 1);
    }
  }

  private Range range(Shape x, int axis) {
    return Range.of(at(starts, axis), at(stops, axis), at(steps, axis), x.dim(axis));
  }

  private static Long at(List<Long> list, int axis) {
    return axis < list.size() ? list.get(axis) : null;
  }

  @Override
  public Shape shape(Shape... in) {
    int longest = Math.max(starts.size(), Math.max(stops.size(), steps.size()));
    if (longest > in[0].rank()) {
      throw Op.misfit(this, "starts, stops or steps name " + longest + " axes", in);
    }
    long[] d = new long[in[0].rank()];
    for (int i = 0; i < d.length; i++) {
      d[i] = range(in[0], i).count;
    }
    return Shape.of(d);
  }

  @Override
  public Walk walk(Shape x) {
    long[] strides = x.strides();
    long offset = 0;
    for (int i = 0; i < strides.length; i++) {
      Range r = range(x, i);
      offset += r.first * strides[i];
      strides[i] *= r.step;
    }
    return new Walk(offset, strides);
  }
}
