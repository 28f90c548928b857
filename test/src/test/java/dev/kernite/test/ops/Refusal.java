package dev.kernite.test.ops;

import dev.kernite.engine.op.Op;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * Something an operation must refuse with an error that names it.
 *
 * @param why what is wrong
 * @param op makes the operation: bad attributes are refused here
 * @param inputs arguments: inputs that do not fit are refused when it runs
 */
public record Refusal(String why, Supplier<Op> op, List<NdArray> inputs) {

  /** Inputs that do not fit. */
  public static Refusal of(String why, Op op, NdArray... inputs) {
    return new Refusal(why, () -> op, Arrays.asList(inputs));
  }

  /** Attributes that no input fits. */
  public static Refusal ofAttributes(String why, Supplier<Op> op) {
    return new Refusal(why, op, List.of());
  }
}
