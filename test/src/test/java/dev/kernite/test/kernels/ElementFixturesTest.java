package dev.kernite.test.kernels;

import dev.kernite.kernels.BinaryFunction;
import dev.kernite.kernels.LossFunction;
import dev.kernite.kernels.UnaryFunction;
import dev.kernite.kernels.cpu.CpuBackend;
import dev.kernite.kernels.cpu.CpuOptions;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Element-wise functions and losses against PyTorch's float64 results for the same float32 inputs.
 */
@ParameterizedClass
@EnumSource(
    value = CpuOptions.Twin.class,
    names = {"SCALAR", "VECTOR"})
final class ElementFixturesTest {
  private static final double RELATIVE = 1e-5;
  private static final double ABSOLUTE = 1e-6;

  private final CpuBackend cpu;

  ElementFixturesTest(CpuOptions.Twin twin) {
    cpu = Cpus.of(twin, 2);
  }

  private static void close(String what, double[] expected, Buffers.Array actual) {
    Close.check(what, expected, actual.floats(), RELATIVE, ABSOLUTE);
  }

  @ParameterizedTest
  @CsvSource({
    "relu, values, RELU, 0, 0",
    "leaky_relu, slope_0.2, LEAKY_RELU, 0.2, 0",
    "leaky_relu, slope_0.01, LEAKY_RELU, 0.01, 0",
    "elu, values, ELU, 1, 0",
    "gelu_tanh, values, GELU_TANH, 0, 0",
    "gelu_erf, values, GELU_ERF, 0, 0",
    "silu, values, SILU, 0, 0",
    "sigmoid, values, SIGMOID, 0, 0",
    "log_sigmoid, values, LOG_SIGMOID, 0, 0",
    "tanh, values, TANH, 0, 0",
    "softplus, values, SOFTPLUS, 1, 20",
    "erf, values, ERF, 0, 0",
    "unary, exp, EXP, 0, 0",
    "unary, log, LOG, 0, 0",
    "unary, sqrt, SQRT, 0, 0",
    "unary, rsqrt, RSQRT, 0, 0",
    "unary, reciprocal, RECIPROCAL, 0, 0",
    "unary, square, SQUARE, 0, 0",
    "unary, abs, ABS, 0, 0",
    "unary, neg, NEG, 0, 0",
    "unary, sin, SIN, 0, 0",
    "unary, cos, COS, 0, 0",
    "shape, clamp, CLAMP, -0.5, 0.7"
  })
  void unary(String operator, String name, UnaryFunction f, float p, float q) {
    try (Fixture c = new Fixture(operator);
        Buffers b = new Buffers()) {
      float[] values = c.floats(name + ".in.x");
      Buffers.Array x = b.of(values);
      Buffers.Array y = b.out(values.length);
      Buffers.Array dy = b.of(c.floats(name + ".grad_out"));
      Buffers.Array dx = b.out(values.length);
      cpu.elementwise().unary(f, x.address(), y.address(), values.length, p, q);
      close(name, c.doubles(name + ".f64.out"), y);
      cpu.elementwise()
          .unaryGrad(f, x.address(), y.address(), dy.address(), dx.address(), values.length, p, q);
      close(name + " gradient", c.doubles(name + ".f64.grad.x"), dx);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "add, ADD",
    "sub, SUB",
    "mul, MUL",
    "div, DIV",
    "maximum, MAXIMUM",
    "pow, POW",
  })
  void broadcastBinary(String name, BinaryFunction f) {
    try (Fixture c = new Fixture("broadcast_binary");
        Buffers b = new Buffers()) {
      // a is [3, 1, 4], b is [2, 1]
      long[] sizes = {3, 2, 4};
      long[] stridesA = {4, 0, 1};
      long[] stridesB = {0, 1, 0};
      Buffers.Array left = b.of(c.floats(name + ".in.a"));
      Buffers.Array right = b.of(c.floats(name + ".in.b"));
      Buffers.Array out = b.out(24);
      Buffers.Array dy = b.of(c.floats(name + ".grad_out"));
      Buffers.Array da = b.out(24);
      Buffers.Array db = b.out(24);
      cpu.elementwise()
          .binary(f, left.address(), stridesA, right.address(), stridesB, out.address(), sizes);
      close(name, c.doubles(name + ".f64.out"), out);
      cpu.elementwise()
          .binaryGrad(
              f,
              left.address(),
              stridesA,
              right.address(),
              stridesB,
              out.address(),
              dy.address(),
              da.address(),
              db.address(),
              sizes);
      close(name + " a", c.doubles(name + ".f64.grad.a"), summed(b, da, sizes, stridesA, 12));
      close(name + " b", c.doubles(name + ".f64.grad.b"), summed(b, db, sizes, stridesB, 2));
    }
  }

  /** The sum of a gradient over the axes along which its operand was repeated. */
  private Buffers.Array summed(
      Buffers b, Buffers.Array dense, long[] sizes, long[] strides, int n) {
    Buffers.Array sum = b.of(new float[n]);
    cpu.layout().add(dense.address(), new long[] {8, 4, 1}, sum.address(), strides, sizes);
    return sum;
  }

  @ParameterizedTest
  @CsvSource({
    "bce, mean, BCE, mean, p,",
    "bce, sum, BCE, sum, p,",
    "bce, none, BCE, none, p,",
    "bce, saturated, BCE, none, p,",
    "bce, weighted_soft, BCE, mean, p, weight",
    "bce_with_logits, mean, BCE_WITH_LOGITS, mean, x,",
    "bce_with_logits, sum, BCE_WITH_LOGITS, sum, x,",
    "bce_with_logits, none, BCE_WITH_LOGITS, none, x,",
    "bce_with_logits, extreme, BCE_WITH_LOGITS, none, x,",
    "bce_with_logits, pos_weight, BCE_WITH_LOGITS, mean, x, pos_weight",
    "mse, mean, MSE, mean, x,",
    "mse, none, MSE, none, x,",
    "l1, mean, L1, mean, x,"
  })
  void elementwiseLoss(
      String operator, String name, LossFunction f, String reduction, String input, String w) {
    try (Fixture c = new Fixture(operator);
        Buffers b = new Buffers()) {
      float[] values = c.floats(name + "." + "in." + input);
      int n = values.length;
      float[] targets = c.floats(name + ".in.y");
      long weight = 0;
      if (w != null) { // of the last axis, repeated over the others
        float[] given = c.floats(name + ".in.w");
        float[] repeated = new float[n];
        for (int i = 0; i < n; i++) {
          repeated[i] = given[i % given.length];
        }
        weight = b.of(repeated).address();
      }
      double divisor = reduction.equals("mean") ? n : reduction.equals("sum") ? 1 : 0;
      float[] upstream = c.floats(name + ".grad_out");
      float[] scale = new float[n];
      for (int i = 0; i < n; i++) {
        scale[i] = divisor == 0 ? upstream[i] : (float) (upstream[0] / divisor);
      }
      long posWeight = "pos_weight".equals(w) ? weight : 0;
      long factor = "weight".equals(w) ? weight : 0;
      long x = b.of(values).address();
      long y = b.of(targets).address();
      Buffers.Array loss = b.out(n);
      Buffers.Array dx = b.out(n);
      cpu.loss().elementwise(f, 0, x, y, factor, posWeight, loss.address(), n);
      cpu.loss()
          .elementwiseGrad(
              f, 0, x, y, factor, posWeight, b.of(scale).address(), dx.address(), 0, n);
      Close.checkReduced(
          name, c.doubles(name + ".f64.out"), loss.floats(), divisor, RELATIVE, ABSOLUTE);
      close(name + " gradient", c.doubles(name + ".f64.grad." + input), dx);
    }
  }
}
