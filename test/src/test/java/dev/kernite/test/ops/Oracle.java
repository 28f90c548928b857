package dev.kernite.test.ops;

import dev.kernite.engine.op.Op;
import java.util.List;

/**
 * What the catalogue's tests know about one operation: the truth in float64 by the naive formula,
 * inputs to try, inputs to refuse, and how close float32 must come. The class is called like the
 * operation with {@code Oracle} after it, and lives in {@code oracles}.
 *
 * @param <O> the operation
 */
public interface Oracle<O extends Op> {
  /** The result, by the formula as the literature writes it. Absent inputs are null. */
  NdArray forward(O op, List<NdArray> in);

  /** Inputs to try: at least one ordinary, one edge with nothing in it, one large. */
  List<Sample> samples();

  /** Inputs to refuse, beyond those that every operation refuses. */
  default List<Refusal> refusals() {
    return List.of();
  }

  /**
   * Largest error in units of 2^-24 of {@link #magnitude}: rounding of one operation is 1; errors
   * of a sum of n terms grow like sqrt(n).
   */
  double units(O op, List<NdArray> in);

  /** What the errors of each value are relative to: for sums, the sum of the absolute terms. */
  default NdArray magnitude(O op, List<NdArray> in) {
    return forward(op, in).map(Math::abs);
  }

  /** Whether NaN or an infinity in this input has the meaning that the formula gives it. */
  default boolean defines(int input, double nonFinite) {
    return true;
  }
}
