package dev.kernite.test.ops;

import dev.kernite.engine.op.Op;
import java.util.Arrays;
import java.util.List;

/**
 * Inputs to try an operation on.
 *
 * @param name what is special about it
 * @param kind what it is for
 * @param op the operation with its attributes
 * @param inputs the arguments, absent ones null
 * @param smooth whether the gradient exists there, so that it can be compared with differences
 */
public record Sample(String name, Kind kind, Op op, List<NdArray> inputs, boolean smooth) {

  /** What a sample is for. */
  public enum Kind {
    /** What the operation usually meets. */
    ORDINARY,
    /** The ends of what is allowed: nothing, one value, odd sizes, extreme values. */
    EDGE,
    /** So many values that several threads share them. */
    LARGE
  }

  /** A common case. */
  public static Sample ordinary(String name, Op op, NdArray... inputs) {
    return new Sample(name, Kind.ORDINARY, op, Arrays.asList(inputs), true);
  }

  /** A corner case. */
  public static Sample edge(String name, Op op, NdArray... inputs) {
    return new Sample(name, Kind.EDGE, op, Arrays.asList(inputs), true);
  }

  /** A case for many threads. */
  public static Sample large(Op op, NdArray... inputs) {
    return new Sample("many values", Kind.LARGE, op, Arrays.asList(inputs), true);
  }

  /** The same without the comparison of gradients: it sits on a kink, or beyond float32. */
  public Sample rough() {
    return new Sample(name, kind, op, inputs, false);
  }

  /** The same with one input replaced. */
  Sample with(int input, NdArray value, String change) {
    NdArray[] changed = inputs.toArray(NdArray[]::new);
    changed[input] = value;
    return new Sample(name + " with " + change, kind, op, Arrays.asList(changed), false);
  }

  @Override
  public String toString() {
    return op + " '" + name + "'";
  }
}
