package dev.kernite.engine.op;

import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.autograd.Gradient;

/** What the normalisations of x + residual share. */
final class Residuals {
  private Residuals() {}

  /** Inputs x and residual of one shape, then gains and biases of its last extent. */
  static Shape check(Op op, Shape... in) {
    Shape x = in[0];
    if (x.rank() < 1) {
      throw Op.misfit(op, "x needs an axis to normalise over", in);
    }
    if (!x.equals(in[1])) {
      throw Op.misfit(op, "x and residual differ", in);
    }
    for (int i = 2; i < in.length; i++) {
      if (in[i] != null && !in[i].equals(Shape.of(x.dim(-1)))) {
        throw Op.misfit(op, "weight and bias need shape [" + x.dim(-1) + "]", in);
      }
    }
    return x;
  }

  /** Where both are wanted, the residual's gradient is a copy of that of x, at {@code dx}. */
  static void shareGradient(Gradient g, long dx) {
    if (g.wants(0) && g.wants(1)) {
      Tensor copy = g.result(1);
      g.backend().memory().copy(dx, copy.address(), copy.bytes());
    }
  }
}
