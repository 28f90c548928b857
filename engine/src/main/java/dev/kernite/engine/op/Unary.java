package dev.kernite.engine.op;

import dev.kernite.kernels.UnaryFunction;

/**
 * An elementary function of each value. Outside its domain it is NaN, at a pole infinite.
 *
 * @param op the function
 */
@Named("unary")
@Input("x")
public record Unary(Function op) implements Activation {

  /** The elementary functions; activations with parameters or names of their own are ops. */
  public enum Function {
    /** e^x. */
    EXP(UnaryFunction.EXP),
    /** Natural logarithm. */
    LOG(UnaryFunction.LOG),
    /** Square root. */
    SQRT(UnaryFunction.SQRT),
    /** 1 / sqrt(x). */
    RSQRT(UnaryFunction.RSQRT),
    /** 1 / x. */
    RECIPROCAL(UnaryFunction.RECIPROCAL),
    /** x x. */
    SQUARE(UnaryFunction.SQUARE),
    /** |x|; the gradient at 0 is 0. */
    ABS(UnaryFunction.ABS),
    /** -x. */
    NEG(UnaryFunction.NEG),
    /** Sine, x in radians. */
    SIN(UnaryFunction.SIN),
    /** Cosine, x in radians. */
    COS(UnaryFunction.COS);

    private final UnaryFunction kernel;

    Function(UnaryFunction kernel) {
      this.kernel = kernel;
    }
  }

  @Override
  public UnaryFunction function() {
    return op.kernel;
  }
}
