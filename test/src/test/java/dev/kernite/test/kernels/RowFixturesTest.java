package dev.kernite.test.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kernite.kernels.ReduceFunction;
import dev.kernite.kernels.cpu.CpuBackend;
import dev.kernite.kernels.cpu.CpuOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Kernels along an axis against PyTorch's float64 results for the same float32 inputs. */
@ParameterizedClass
@EnumSource(
    value = CpuOptions.Twin.class,
    names = {"SCALAR", "VECTOR"})
final class RowFixturesTest {
  private static final double RELATIVE = 1e-5;
  private static final double ABSOLUTE = 1e-6;

  private final CpuBackend cpu;

  RowFixturesTest(CpuOptions.Twin twin) {
    cpu = Cpus.of(twin, 2);
  }

  private static void close(String what, double[] expected, Buffers.Array actual) {
    Close.check(what, expected, actual.floats(), RELATIVE, ABSOLUTE);
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
      cpu.norm().rmsNormGrad(x, weight, rstd, dy, dx.address(), dweight.address(), rows, 8);
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
      cpu.reduce().reduceGrad(f, x, y.address(), dy, dx.address(), outer, n, inner, p, spread);
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
}
