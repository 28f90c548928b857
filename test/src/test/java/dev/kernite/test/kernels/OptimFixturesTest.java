package dev.kernite.test.kernels;

import dev.kernite.kernels.Optim;
import dev.kernite.kernels.cpu.CpuBackend;
import dev.kernite.kernels.cpu.CpuOptions;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Optimiser steps against PyTorch's for the same parameters and gradients. */
@ParameterizedClass
@EnumSource(
    value = CpuOptions.Twin.class,
    names = {"SCALAR", "VECTOR"})
final class OptimFixturesTest {
  private static final double RELATIVE = 1e-5;
  private static final double ABSOLUTE = 1e-6;

  private final CpuBackend cpu;

  OptimFixturesTest(CpuOptions.Twin twin) {
    cpu = Cpus.of(twin, 2);
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

  private static double[] wide(float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }
}
