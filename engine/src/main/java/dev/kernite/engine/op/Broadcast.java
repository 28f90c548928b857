package dev.kernite.engine.op;

import dev.kernite.engine.DType;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.autograd.Gradient;

/** Gradients of inputs that were repeated along an axis: the repetitions sum. */
final class Broadcast {
  private Broadcast() {}

  /** Where the gradient of input i goes first, dense in the output's shape; null if not wanted. */
  static Tensor partial(Gradient g, int i, Shape output) {
    if (!g.wants(i)) {
      return null;
    }
    return g.input(i).shape().equals(output) ? g.result(i) : g.scratch(DType.F32, output);
  }

  /** Adds a {@link #partial} into the gradient of input i, unless it is that gradient itself. */
  static void sumRepeated(Gradient g, int i, Tensor partial, Shape output) {
    Shape own = g.input(i).shape();
    if (partial == null || own.equals(output)) {
      return;
    }
    Tensor sum = g.window(i);
    g.backend()
        .layout()
        .add(
            partial.address(),
            output.strides(),
            sum.address(),
            own.stridesWithin(output),
            output.toArray());
  }
}
