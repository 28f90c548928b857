package dev.kernite.engine.op;

import dev.kernite.engine.Shape;
import dev.kernite.engine.autograd.Call;
import dev.kernite.engine.autograd.Gradient;
import dev.kernite.kernels.UnaryFunction;

/** Operations that apply one function to every value; NaN stays NaN. */
public sealed interface Activation extends Op
    permits Clamp,
        Elu,
        Erf,
        GeluErf,
        GeluTanh,
        LeakyRelu,
        LogSigmoid,
        Relu,
        Sigmoid,
        Silu,
        Softplus,
        Tanh,
        Unary {

  /** The function. */
  UnaryFunction function();

  /** Its first parameter. */
  default float p() {
    return 0;
  }

  /** Its second parameter. */
  default float q() {
    return 0;
  }

  @Override
  default Shape shape(Shape... in) {
    return in[0];
  }

  @Override
  default void forward(Call c) {
    c.backend()
        .elementwise()
        .unary(function(), c.address(0), c.output().address(), c.output().size(), p(), q());
  }

  @Override
  default void backward(Gradient g) {
    g.backend()
        .elementwise()
        .unaryGrad(
            function(),
            g.address(0),
            g.output().address(),
            g.upstream().address(),
            g.result(0).address(),
            g.output().size(),
            p(),
            q());
  }

  @Override
  default Cost cost(Shape... in) {
    return Cost.elementwise(1, in[0].size(), 2);
  }
}
