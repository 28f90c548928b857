package dev.kernite.test.kernels;

import dev.kernite.kernels.cpu.CpuBackend;
import dev.kernite.kernels.cpu.CpuOptions;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Cross-entropy against PyTorch's float64 results for the same float32 inputs. */
@ParameterizedClass
@EnumSource(
    value = CpuOptions.Twin.class,
    names = {"SCALAR", "VECTOR"})
final class CrossEntropyFixturesTest {
  private static final double RELATIVE = 1e-5;
  private static final double ABSOLUTE = 1e-6;

  private final CpuBackend cpu;

  CrossEntropyFixturesTest(CpuOptions.Twin twin) {
    cpu = Cpus.of(twin, 2);
  }

  private static void close(String what, double[] expected, Buffers.Array actual) {
    Close.check(what, expected, actual.floats(), RELATIVE, ABSOLUTE);
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
  void crossEntropy(String name, int ignore, float smoothing, String reduction, boolean weighted) {
    try (Fixture c = new Fixture("cross_entropy");
        Buffers b = new Buffers()) {
      int classes = 5;
      int[] targets = c.ints(name + ".in.y");
      int rows = targets.length;
      float[] w = weighted ? c.floats(name + ".in.w") : null;
      double divisor = 1;
      if (reduction.equals("mean")) {
        divisor = Arrays.stream(targets).filter(y -> y != ignore).mapToDouble(y -> w(w, y)).sum();
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
      Close.checkReduced(
          name,
          expected,
          loss.floats(),
          reduction.equals("none") ? 0 : divisor,
          RELATIVE,
          ABSOLUTE);
      close(name + " gradient", c.doubles(name + ".f64.grad.x"), dx);
    }
  }

  private static double w(float[] weight, int y) {
    return weight == null ? 1 : weight[y];
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
      Close.checkReduced(
          "soft", c.doubles("soft_targets.f64.out"), loss.floats(), 6, RELATIVE, ABSOLUTE);
      close("gradient", c.doubles("soft_targets.f64.grad.x"), dx);
    }
  }
}
