package dev.kernite.kernels.cpu;

import dev.kernite.kernels.BinaryFunction;
import dev.kernite.kernels.UnaryFunction;

/**
 * Every element-wise function and its gradient, for one value; computed in float64, rounded once.
 */
final class ScalarFunctions {
  static final double SQRT_2_OVER_PI = 0.79788456080286535588;
  static final double GELU_CUBIC = 0.044715;
  private static final double ONE_OVER_SQRT_2PI = 0.39894228040143267794;

  /** Beyond it every sigmoidal derivative here has reached its limit in float32. */
  private static final double FAR = 110;

  private ScalarFunctions() {}

  static float unary(UnaryFunction f, float x, float p, float q) {
    return switch (f) {
      case RELU -> x <= 0 ? 0 : x;
      case LEAKY_RELU -> x >= 0 ? x : p * x;
      case ELU -> x > 0 ? x : (float) (p * Math.expm1(x));
      case GELU_TANH -> (float) (x / (1 + Math.exp(-2 * geluArgument(x))));
      case GELU_ERF -> (float) (x * (0.5 * CpuMath.erfc(-x * CpuMath.SQRT_HALF)));
      case SILU -> (float) (x / (1 + Math.exp(-(double) x)));
      case SIGMOID -> (float) CpuMath.sigmoid(x);
      case LOG_SIGMOID -> (float) (Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs((double) x))));
      case TANH -> (float) Math.tanh(x);
      case SOFTPLUS -> p * x > q ? x : (float) (Math.log1p(Math.exp((double) p * x)) / p);
      case ERF -> (float) CpuMath.erf(x);
      case EXP -> (float) Math.exp(x);
      case LOG -> (float) Math.log(x);
      case SQRT -> (float) Math.sqrt(x);
      case RSQRT -> (float) (1 / Math.sqrt(x));
      case RECIPROCAL -> 1 / x;
      case SQUARE -> x * x;
      case ABS -> Math.abs(x);
      case NEG -> -x;
      case SIN -> (float) Math.sin(x);
      case COS -> (float) Math.cos(x);
      case CLAMP -> {
        float raised = x < p ? p : x;
        yield raised > q ? q : raised;
      }
    };
  }

  /** dy f'(x), given also y = f(x). */
  static float unaryGrad(UnaryFunction f, float x, float y, float dy, float p, float q) {
    return switch (f) {
      case RELU -> x <= 0 ? 0 : dy;
      case LEAKY_RELU -> x > 0 ? dy : dy * p;
      case ELU -> x > 0 ? dy : (float) (dy * p * Math.exp(x));
      case GELU_TANH -> (float) (dy * geluTanhDerivative(near(x)));
      case GELU_ERF -> (float) (dy * geluErfDerivative(near(x)));
      case SILU -> (float) (dy * siluDerivative(near(x)));
      case SIGMOID -> dy * (1 - y) * y;
      case LOG_SIGMOID -> (float) (dy * CpuMath.sigmoid(-(double) x));
      case TANH -> dy * (1 - y * y);
      case SOFTPLUS -> p * x > q ? dy : (float) (dy * CpuMath.sigmoid((double) p * x));
      case ERF -> (float) (dy * (CpuMath.TWO_OVER_SQRT_PI * Math.exp(-(double) x * x)));
      case EXP -> dy * y;
      case LOG -> dy / x;
      case SQRT -> dy / (2 * y);
      case RSQRT -> (float) (-0.5 * dy * ((double) y * y * y));
      case RECIPROCAL -> -dy * (y * y);
      case SQUARE -> dy * (2 * x);
      case ABS -> dy * Math.signum(x);
      case NEG -> -dy;
      case SIN -> (float) (dy * Math.cos(x));
      case COS -> (float) (-dy * Math.sin(x));
      case CLAMP -> x >= p && x <= q ? dy : 0;
    };
  }

  static float binary(BinaryFunction f, float a, float b) {
    return switch (f) {
      case ADD -> a + b;
      case SUB -> a - b;
      case MUL -> a * b;
      case DIV -> a / b;
      case MAXIMUM -> Math.max(a, b);
      case MINIMUM -> Math.min(a, b);
      case POW -> (float) pow(a, b);
    };
  }

  /** dy df/da. */
  static float binaryGradA(BinaryFunction f, float a, float b, float dy) {
    return switch (f) {
      case ADD, SUB -> dy;
      case MUL -> dy * b;
      case DIV -> dy / b;
      case MAXIMUM -> a < b ? 0 : a == b ? dy / 2 : dy;
      case MINIMUM -> a > b ? 0 : a == b ? dy / 2 : dy;
      case POW -> b == 0 ? 0 : (float) (dy * (b * pow(a, (double) b - 1)));
    };
  }

  /** dy df/db, given also out = f(a, b). */
  static float binaryGradB(BinaryFunction f, float a, float b, float out, float dy) {
    return switch (f) {
      case ADD -> dy;
      case SUB -> -dy;
      case MUL -> dy * a;
      case DIV -> -dy * (out / b);
      case MAXIMUM -> b < a ? 0 : a == b ? dy / 2 : dy;
      case MINIMUM -> b > a ? 0 : a == b ? dy / 2 : dy;
      case POW -> a == 0 && b >= 0 ? 0 : (float) (dy * (out * Math.log(a)));
    };
  }

  /** Power as IEEE 754 and C have it: {@link Math#pow} gives NaN for 1^NaN and (+-1)^infinity. */
  private static double pow(double a, double b) {
    if (a == 1 || (a == -1 && Double.isInfinite(b))) {
      return 1;
    }
    return Math.pow(a, b);
  }

  private static double geluArgument(double x) {
    return SQRT_2_OVER_PI * x * (1 + GELU_CUBIC * x * x);
  }

  private static double geluTanhDerivative(double x) {
    double s = CpuMath.sigmoid(2 * geluArgument(x));
    double slope = SQRT_2_OVER_PI * (1 + 3 * GELU_CUBIC * x * x);
    return s + 2 * x * slope * s * (1 - s);
  }

  private static double geluErfDerivative(double x) {
    return 0.5 * CpuMath.erfc(-x * CpuMath.SQRT_HALF)
        + x * ONE_OVER_SQRT_2PI * Math.exp(-0.5 * x * x);
  }

  private static double siluDerivative(double x) {
    double s = CpuMath.sigmoid(x);
    return s * (1 + x * (1 - s));
  }

  /** x itself, or the limit of what matters, so that no infinity meets a zero; NaN stays. */
  private static double near(double x) {
    return x > FAR ? FAR : x < -FAR ? -FAR : x;
  }
}
