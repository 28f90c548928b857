package dev.kernite.engine.op;

import dev.kernite.engine.EngineException;
import java.util.List;

/**
 * A whole number for each axis of an image, height before width; one number stands for all axes. In
 * JSON {@code 2} or {@code [2, 1]}.
 *
 * @param values one value, or one an axis; none where an operation knows better
 */
public record PerAxis(List<Integer> values) {
  /** Copies the values. */
  public PerAxis {
    values = List.copyOf(values);
  }

  /** The same for all axes, or one for each. */
  public static PerAxis of(Integer... values) {
    return new PerAxis(List.of(values));
  }

  /** The value of an axis. */
  int at(int axis) {
    return values.size() == 1 ? values.getFirst() : values.get(axis);
  }

  /** These values, or others where there are none. */
  PerAxis or(PerAxis other) {
    return values.isEmpty() ? other : this;
  }

  /**
   * Fails unless there is one value or one for each axis, none below the least.
   *
   * @param what the operation and its attribute, for the error
   */
  PerAxis check(String what, int axes, int least) {
    boolean fits = values.size() == 1 || values.size() == axes;
    if (!fits || values.stream().anyMatch(v -> v < least)) {
      String number = "a number from " + least + " on";
      String wanted = axes == 1 ? number : number + ", or a list of " + axes;
      throw new EngineException(what + " must be " + wanted + ", not " + this);
    }
    return this;
  }

  @Override
  public String toString() {
    return values.size() == 1 ? values.getFirst().toString() : values.toString();
  }
}
