package dev.kernite.test.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kernite.kernels.BinaryFunction;
import dev.kernite.kernels.LossFunction;
import dev.kernite.kernels.Optim;
import dev.kernite.kernels.ReduceFunction;
import dev.kernite.kernels.UnaryFunction;
import dev.kernite.kernels.cpu.CpuBackend;
import dev.kernite.kernels.cpu.CpuOptions;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The kernels against PyTorch's float64 results for the same float32 inputs. */
@ParameterizedClass
@EnumSource(
    value = CpuOptions.Twin.class,
    names = {"SCALAR", "VECTOR"})
final class OperatorFixturesTest {
  private static final double RELATIVE = 1e-5;
  private static final double ABSOLUTE = 1e-6;

  private final CpuBackend cpu;

  OperatorFixturesTest(CpuOptions.Twin twin) {
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
          .unaryGrad(
              f, x.address(), y.address(), dy.address(), dx.address(), values.length, p, q);
      close(name + " gradient", c.doubles(name + ".f64.grad.x"), dx);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "add, ADD", "sub, SUB", "mul, MUL", "div, DIV", "maximum, MAXIMUM", "pow, POW",
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
    "softmax, last_dim, -1",
    "softmax, dim0, 0",
    "softmax, middle_dim, 1",
    "softmax, masked_minus_inf, -1",
    "softmax, fully_masked_row, -1",
    "softmax, large_values, -1",
    "softmax, finfo_min_row, -1",
    "log_softmax, plain, -1",
    "log_softmax, large, -1",
    "log_softmax, dim1_of_3, 1",
    "logsumexp, plain, -1"
  })
  void softmax(String operator, String name, int dim) {
    try (Fixture c = new Fixture(operator);
        Buffers b = new Buffers()) {
      Lines l = Lines.of(c.shape(name + ".in.x"), dim);
      float[] values = c.floats(name + ".in.x");
      double[] expected = c.doubles(name + ".f64.out");
      long x = b.of(values).address();
      Buffers.Array y = b.out(expected.length);
      long dy = b.of(c.floats(name + ".grad_out")).address();
      Buffers.Array dx = b.out(values.length);
      long to = dx.address();
      var group = cpu.softmax();
      switch (operator) {
        case "softmax" -> {
          group.softmax(x, y.address(), l.outer, l.n, l.inner);
          group.softmaxGrad(y.address(), dy, to, l.outer, l.n, l.inner);
        }
        case "log_softmax" -> {
          group.logSoftmax(x, y.address(), l.outer, l.n, l.inner);
          group.logSoftmaxGrad(y.address(), dy, to, l.outer, l.n, l.inner);
        }
        default -> {
          group.logSumExp(x, y.address(), l.outer, l.n, l.inner);
          group.logSumExpGrad(x, y.address(), dy, to, l.outer, l.n, l.inner);
        }
      }
      close(name, expected, y);
      close(name + " gradient", c.doubles(name + ".f64.grad.x"), dx);
    }
  }

  /** A tensor seen along one dimension. */
  private record Lines(long outer, long n, long inner) {
    static Lines of(long[] shape, int dim) {
      int axis = dim < 0 ? shape.length + dim : dim;
      long outer = 1;
      long inner = 1;
      for (int i = 0; i < shape.length; i++) {
        outer *= i < axis ? shape[i] : 1;
        inner *= i > axis ? shape[i] : 1;
      }
      return new Lines(outer, shape[axis], inner);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "mean, -100, 0, mean, false",
    "ignore_mean, -100, 0, mean, false",
    "smooth_mean, -100, 0.1, mean, false",
    "sum, -100, 0, sum, false",
    "ignore_sum, -100, 0, sum, false",
    "smooth_sum, -100, 0.1, sum, false",
    "none, -100, 0, none, false",
    "ignore_none, -100, 0, none, false",
    "smooth_none, -100, 0.1, none, false",
    "ignore_other, 2, 0, mean, false",
    "class_weight, -100, 0, mean, true",
    "class_weight_smooth, -100, 0.2, mean, true",
    "extreme_logits, -100, 0, mean, false"
  })
  void crossEntropy(
      String name, int ignore, float smoothing, String reduction, boolean weighted) {
    try (Fixture c = new Fixture("cross_entropy");
        Buffers b = new Buffers()) {
      int classes = 5;
      int[] targets = c.ints(name + ".in.y");
      int rows = targets.length;
      float[] w = weighted ? c.floats(name + ".in.w") : null;
      double divisor = 1;
      if (reduction.equals("mean")) {
        divisor =
            Arrays.stream(targets).filter(y -> y != ignore).mapToDouble(y -> w(w, y)).sum();
      }
      float[] upstream = c.floats(name + ".grad_out");
      float[] scale = new float[rows];
      for (int r = 0; r < rows; r++) {
        scale[r] = (float) (upstream[upstream.length == 1 ? 0 : r] / divisor);
      }
      long x = b.of(c.floats(name + ".in.x")).address();
      long y = b.of(targets).address();
      long weight = w == null ? 0 : b.of(w).address();
      Buffers.Array loss = b.out(rows);
      Buffers.Array lse = b.out(rows);
      Buffers.Array dx = b.out((long) rows * classes);
      cpu.loss()
          .crossEntropy(
              x, y, weight, loss.address(), lse.address(), rows, classes, ignore, smoothing);
      cpu.loss()
          .crossEntropyGrad(
              x,
              y,
              weight,
              lse.address(),
              b.of(scale).address(),
              dx.address(),
              rows,
              classes,
              ignore,
              smoothing);
      double[] expected = c.doubles(name + ".f64.out");
      checkReduced(name, expected, loss.floats(), reduction.equals("none") ? 0 : divisor);
      close(name + " gradient", c.doubles(name + ".f64.grad.x"), dx);
    }
  }

  private static double w(float[] weight, int y) {
    return weight == null ? 1 : weight[y];
  }

  /** Compares losses one by one (divisor 0), or their sum over the divisor. */
  private static void checkReduced(
      String name, double[] expected, float[] losses, double divisor) {
    if (divisor == 0) {
      Close.check(name, expected, losses, RELATIVE, ABSOLUTE);
      return;
    }
    double sum = 0;
    for (float loss : losses) {
      sum += loss;
    }
    Close.check(name, expected[0], (float) (sum / divisor), RELATIVE, ABSOLUTE);
  }

  @Test
  void softCrossEntropy() {
    try (Fixture c = new Fixture("cross_entropy");
        Buffers b = new Buffers()) {
      float[] scale = new float[6];
      Arrays.fill(scale, c.floats("soft_targets.grad_out")[0] / 6);
      long x = b.of(c.floats("soft_targets.in.x")).address();
      long y = b.of(c.floats("soft_targets.in.y")).address();
      Buffers.Array loss = b.out(6);
      Buffers.Array lse = b.out(6);
      Buffers.Array dx = b.out(30);
      cpu.loss().softCrossEntropy(x, y, 0, loss.address(), lse.address(), 6, 5, 0);
      cpu.loss()
          .softCrossEntropyGrad(
              x, y, 0, lse.address(), b.of(scale).address(), dx.address(), 6, 5, 0);
      checkReduced("soft", c.doubles("soft_targets.f64.out"), loss.floats(), 6);
      close("gradient", c.doubles("soft_targets.f64.grad.x"), dx);
    }
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
      cpu.loss().elementwise(f, x, y, factor, posWeight, loss.address(), n);
      cpu.loss()
          .elementwiseGrad(
              f, x, y, factor, posWeight, b.of(scale).address(), dx.address(), 0, n);
      checkReduced(name, c.doubles(name + ".f64.out"), loss.floats(), divisor);
      close(name + " gradient", c.doubles(name + ".f64.grad." + input), dx);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "eps_1e-05, 1e-5, 8",
    "eps_1e-12, 1e-12, 8",
    "no_affine, 1e-5, 8",
    "two_dims, 1e-5, 24",
    "constant_tiny_and_offset_rows, 1e-5, 8"
  })
  void layerNorm(String name, float eps, int cols) {
    try (Fixture c = new Fixture("layer_norm");
        Buffers b = new Buffers()) {
      float[] values = c.floats(name + ".in.x");
      int rows = values.length / cols;
      boolean affine = !name.equals("no_affine");
      long x = b.of(values).address();
      long weight = affine ? b.of(c.floats(name + ".in.weight")).address() : 0;
      long bias = affine ? b.of(c.floats(name + ".in.bias")).address() : 0;
      long dy = b.of(c.floats(name + ".grad_out")).address();
      Buffers.Array y = b.out(values.length);
      Buffers.Array dx = b.out(values.length);
      Buffers.Array dweight = b.out(cols);
      Buffers.Array dbias = b.out(cols);
      long mean = b.out(rows).address();
      long rstd = b.out(rows).address();
      cpu.norm().layerNorm(x, weight, bias, y.address(), mean, rstd, rows, cols, eps);
      cpu.norm()
          .layerNormGrad(
              x,
              weight,
              mean,
              rstd,
              dy,
              dx.address(),
              dweight.address(),
              dbias.address(),
              rows,
              cols);
      // The row with a mean of 1000 has lost its digits before any kernel sees it; so have, in
      // float32, its gradients of some hundreds.
      double relative = name.startsWith("constant") ? 1e-4 : RELATIVE;
      double absolute = name.startsWith("constant") ? 2e-3 : 4e-6;
      Close.check(name, c.doubles(name + ".f64.out"), y.floats(), relative, absolute);
      Close.check("dx", c.doubles(name + ".f64.grad.x"), dx.floats(), relative, absolute);
      if (affine) {
        double[] gain = c.doubles(name + ".f64.grad.weight");
        Close.check("dweight", gain, dweight.floats(), relative, absolute);
        close("dbias", c.doubles(name + ".f64.grad.bias"), dbias);
      }
    }
  }

  @Test
  void rmsNorm() {
    try (Fixture c = new Fixture("rms_norm");
        Buffers b = new Buffers()) {
      float[] values = c.floats("t5.in.x");
      int rows = values.length / 8;
      long x = b.of(values).address();
      long weight = b.of(c.floats("t5.in.weight")).address();
      long dy = b.of(c.floats("t5.grad_out")).address();
      long rstd = b.out(rows).address();
      Buffers.Array y = b.out(values.length);
      Buffers.Array dx = b.out(values.length);
      Buffers.Array dweight = b.out(8);
      cpu.norm().rmsNorm(x, weight, y.address(), rstd, rows, 8, 1e-6f);
      cpu.norm()
          .rmsNormGrad(x, weight, rstd, dy, dx.address(), dweight.address(), rows, 8);
      close("y", c.doubles("t5.f64.out"), y);
      close("dx", c.doubles("t5.f64.grad.x"), dx);
      close("dweight", c.doubles("t5.f64.grad.weight"), dweight);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "sum_all, SUM, 1, 30, 1, 0",
    "sum_dim1, SUM, 2, 3, 5, 0",
    "mean_last_keep, MEAN, 6, 5, 1, 0",
    "var_unbiased, VAR, 6, 5, 1, 1",
    "var_biased, VAR, 6, 5, 1, 0",
    "std, STD, 2, 3, 5, 1",
    "max_last, MAX, 6, 5, 1, 0",
    "min_dim0, MIN, 1, 2, 15, 0",
    "prod_last, PROD, 6, 5, 1, 0",
    "norm, NORM, 1, 30, 1, 0",
    "norm_last, NORM, 6, 5, 1, 0",
    "max_all_with_ties, MAX, 1, 8, 1, 0",
    "max_dim_with_ties, MAX, 2, 4, 1, 0"
  })
  void reduce(String name, ReduceFunction f, int outer, int n, int inner, float p) {
    try (Fixture c = new Fixture("reduce");
        Buffers b = new Buffers()) {
      float[] values = c.floats(name + ".in.x");
      assertEquals(outer * n * inner, values.length);
      long x = b.of(values).address();
      Buffers.Array y = b.out((long) outer * inner);
      Buffers.Array dx = b.out(values.length);
      long dy = b.of(c.floats(name + ".grad_out")).address();
      boolean spread = name.equals("max_all_with_ties");
      cpu.reduce().reduce(f, x, y.address(), outer, n, inner, p);
      cpu.reduce()
          .reduceGrad(f, x, y.address(), dy, dx.address(), outer, n, inner, p, spread);
      close(name, c.doubles(name + ".f64.out"), y);
      close(name + " gradient", c.doubles(name + ".f64.grad.x"), dx);
    }
  }

  @Test
  void cumulativeSum() {
    try (Fixture c = new Fixture("reduce");
        Buffers b = new Buffers()) {
      long x = b.of(c.floats("cumsum.in.x")).address();
      long dy = b.of(c.floats("cumsum.grad_out")).address();
      Buffers.Array y = b.out(30);
      Buffers.Array dx = b.out(30);
      cpu.reduce().cumulativeSum(x, y.address(), 2, 3, 5, false);
      cpu.reduce().cumulativeSum(dy, dx.address(), 2, 3, 5, true);
      close("y", c.doubles("cumsum.f64.out"), y);
      close("dx", c.doubles("cumsum.f64.grad.x"), dx);
    }
  }

  @ParameterizedTest
  @CsvSource({"plain, -1", "padding_idx, 1"})
  void embedding(String name, int skip) {
    try (Fixture c = new Fixture("embedding");
        Buffers b = new Buffers()) {
      long table = b.of(c.floats(name + ".in.weight")).address();
      long ids = b.of(c.ints(name + ".in.ids")).address();
      long dy = b.of(c.floats(name + ".grad_out")).address();
      Buffers.Array out = b.out(60);
      Buffers.Array dtable = b.of(new float[44]);
      cpu.index().gatherRows(table, ids, out.address(), 15, 4);
      cpu.index().scatterAddRows(dy, ids, dtable.address(), 15, 4, 11, skip);
      close(name, c.doubles(name + ".f64.out"), out);
      close(name + " gradient", c.doubles(name + ".f64.grad.weight"), dtable);
    }
  }

  @Test
  void gather() {
    try (Fixture c = new Fixture("shape");
        Buffers b = new Buffers()) {
      long x = b.of(c.floats("gather.in.x")).address();
      long index = b.of(c.ints("gather.in.index")).address();
      long dy = b.of(c.floats("gather.grad_out")).address();
      Buffers.Array out = b.out(18);
      Buffers.Array dx = b.of(new float[30]);
      cpu.index().gather(x, index, out.address(), 6, 5, 3, 1);
      cpu.index().scatterAdd(dy, index, dx.address(), 6, 5, 3, 1);
      close("gather", c.doubles("gather.f64.out"), out);
      close("gather gradient", c.doubles("gather.f64.grad.x"), dx);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "adam, default, 1e-3, 0.9, 0.999, 1e-8, 0, false",
    "adam, one_step, 0.1, 0.9, 0.999, 1e-8, 0, false",
    "adam, big_eps, 0.01, 0.9, 0.999, 1e-3, 0, false",
    "adam, gan_betas, 2e-4, 0.5, 0.999, 1e-8, 0, false",
    "adam, l2_weight_decay, 0.01, 0.9, 0.999, 1e-8, 0.1, false",
    "adam, amsgrad, 0.01, 0.9, 0.999, 1e-8, 0, true",
    "adam, zero_beta, 0.01, 0.0, 0.9, 1e-8, 0, false",
    "adamw, default, 1e-3, 0.9, 0.999, 1e-8, 0.01, false",
    "adamw, strong_decay, 0.05, 0.9, 0.999, 1e-6, 0.5, false",
    "adamw, no_decay, 0.01, 0.9, 0.999, 1e-8, 0, false"
  })
  void adam(
      String operator,
      String name,
      double lr,
      double beta1,
      double beta2,
      double eps,
      double decay,
      boolean amsgrad) {
    try (Fixture c = new Fixture(operator);
        Buffers b = new Buffers()) {
      float[] start = c.floats(name + ".in.param");
      int n = start.length;
      float[] grads = c.floats(name + ".in.grads");
      float[] expected = c.floats(name + ".param_after_each_step");
      Buffers.Array p = b.of(start);
      Buffers.Array m = b.of(new float[n]);
      Buffers.Array v = b.of(new float[n]);
      Buffers.Array max = amsgrad ? b.of(new float[n]) : null;
      long vMax = amsgrad ? max.address() : 0;
      for (int step = 1; step <= grads.length / n; step++) {
        long g = b.of(Arrays.copyOfRange(grads, (step - 1) * n, step * n)).address();
        Optim.Adam constants =
            new Optim.Adam(lr, beta1, beta2, eps, decay, operator.equals("adamw"), step, 1);
        cpu.optim().adam(p.address(), g, m.address(), v.address(), vMax, n, constants);
        double[] after = wide(Arrays.copyOfRange(expected, (step - 1) * n, step * n));
        Close.check(name + " step " + step, after, p.floats(), RELATIVE, ABSOLUTE);
      }
      double tiny = 1e-37;
      double[] first = wide(c.floats(name + ".state.exp_avg"));
      double[] second = wide(c.floats(name + ".state.exp_avg_sq"));
      Close.check("m", first, m.floats(), RELATIVE, tiny);
      Close.check("v", second, v.floats(), RELATIVE, tiny);
      if (amsgrad) {
        double[] largest = wide(c.floats(name + ".state.max_exp_avg_sq"));
        Close.check("vMax", largest, max.floats(), RELATIVE, tiny);
      }
    }
  }

  private static double[] wide(float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }

  @ParameterizedTest
  @CsvSource({"plain, 0, 0, false", "momentum, 0.9, 0, false", "nesterov_decay, 0.9, 0.05, true"})
  void sgd(String name, double momentum, double decay, boolean nesterov) {
    try (Fixture c = new Fixture("sgd");
        Buffers b = new Buffers()) {
      float[] start = c.floats(name + ".in.param");
      int n = start.length;
      float[] grads = c.floats(name + ".in.grads");
      float[] expected = c.floats(name + ".param_after_each_step");
      Buffers.Array p = b.of(start);
      Buffers.Array buffer = b.out(n);
      for (int step = 0; step < grads.length / n; step++) {
        long g = b.of(Arrays.copyOfRange(grads, step * n, (step + 1) * n)).address();
        cpu.optim()
            .sgd(
                p.address(),
                g,
                momentum == 0 ? 0 : buffer.address(),
                n,
                0.1,
                momentum,
                decay,
                nesterov,
                step == 0,
                1);
        double[] after = wide(Arrays.copyOfRange(expected, step * n, (step + 1) * n));
        Close.check(name + " step " + step, after, p.floats(), RELATIVE, ABSOLUTE);
      }
    }
  }
}
