package dev.kernite.test.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.optim.Adagrad;
import dev.kernite.engine.optim.Adam;
import dev.kernite.engine.optim.GradientNorm;
import dev.kernite.engine.optim.Optimizer;
import dev.kernite.engine.optim.ParameterGroup;
import dev.kernite.engine.optim.RmsProp;
import dev.kernite.engine.optim.Sgd;
import dev.kernite.test.devices.Device;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Optimisers and clipping against PyTorch, parameter by parameter after every step. */
@Tag("device")
final class OptimizerFixtureTest {
  private static final double RELATIVE = 1e-5;
  private static final double ABSOLUTE = 1e-6;

  private interface Maker {
    Optimizer make(List<ParameterGroup> groups);
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
  void adamMatchesTheReference(
      String operator,
      String name,
      double lr,
      double beta1,
      double beta2,
      double eps,
      double decay,
      boolean amsgrad) {
    Adam.Options start = operator.equals("adamw") ? Adam.Options.ADAMW : Adam.Options.ADAM;
    Adam.Options chosen = start.withBetas(beta1, beta2).withEps(eps);
    Adam.Options options = amsgrad ? chosen.withAmsgrad() : chosen;
    matchesTheReference(operator, name, lr, decay, groups -> new Adam(groups, options));
  }

  @ParameterizedTest
  @CsvSource({"plain, 0, 0, false", "momentum, 0.9, 0, false", "nesterov_decay, 0.9, 0.05, true"})
  void sgdMatchesTheReference(String name, double momentum, double decay, boolean nesterov) {
    matchesTheReference("sgd", name, 0.1, decay, groups -> new Sgd(groups, momentum, nesterov));
  }

  @Test
  void rmsPropMatchesTheReference() {
    Maker rmsProp = groups -> new RmsProp(groups, 0.99, 1e-8, 0);
    matchesTheReference("rmsprop", "default", 0.01, 0, rmsProp);
  }

  @Test
  void adagradMatchesTheReference() {
    Maker adagrad = groups -> new Adagrad(groups, 1e-10, 0);
    matchesTheReference("adagrad", "default", 0.1, 0, adagrad);
  }

  /** Runs the case; at half time the optimiser is replaced by one restored from its state. */
  private static void matchesTheReference(
      String operator, String name, double lr, double decay, Maker maker) {
    try (Reference c = new Reference(operator);
        Engine engine = Device.any().engine(2)) {
      Shape shape = Shape.of(c.shape(name + ".in.param"));
      float[] grads = c.floats(name + ".in.grads");
      float[] expected = c.floats(name + ".param_after_each_step");
      Tensor p = engine.tensor(c.floats(name + ".in.param"), shape).requireGrad();
      int n = Math.toIntExact(p.size());
      int steps = grads.length / n;
      List<ParameterGroup> groups = ParameterGroup.all(Map.of("p", p), decay);
      Optimizer optimizer = maker.make(groups);
      for (int step = 0; step < steps; step++) {
        if (step == steps / 2) {
          Optimizer next = maker.make(groups);
          next.restoreSteps(optimizer.steps());
          for (Map.Entry<String, Tensor> s : optimizer.state().entrySet()) {
            next.state()
                .get(s.getKey())
                .copyFrom(java.lang.foreign.MemorySegment.ofArray(s.getValue().toFloats()));
          }
          optimizer.close();
          optimizer = next;
        }
        p.setGrad(engine.tensor(Arrays.copyOfRange(grads, step * n, (step + 1) * n), shape));
        optimizer.step(lr);
        float[] after = p.toFloats();
        for (int i = 0; i < n; i++) {
          double want = expected[step * n + i];
          assertClose(name + " step " + step + " [" + i + "]", want, after[i]);
        }
      }
      assertArrayEquals(new long[] {steps}, optimizer.steps());
      optimizer.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"above", "below"})
  void clippingMatchesTheReference(String name) {
    try (Reference c = new Reference("clip_grad_norm");
        Engine engine = Device.any().engine(2)) {
      List<Tensor> parameters = new ArrayList<>();
      double squares = 0;
      for (int i = 0; i < 3; i++) {
        float[] g = c.floats(name + ".in.grad" + i);
        Shape shape = Shape.of(g.length);
        Tensor p = engine.zeros(shape).requireGrad();
        p.setGrad(engine.tensor(g, shape));
        parameters.add(p);
        for (float x : g) {
          squares += (double) x * x;
        }
      }
      double norm = GradientNorm.clip(parameters, 1);
      assertTrue(Math.abs(norm - Math.sqrt(squares)) <= 1e-12 * norm, "norm " + norm);
      for (int i = 0; i < 3; i++) {
        float[] want = c.floats(name + ".clipped" + i);
        float[] got = parameters.get(i).grad().toFloats();
        for (int k = 0; k < want.length; k++) {
          assertClose("grad" + i + "[" + k + "]", want[k], got[k]);
        }
      }
    }
  }

  @Test
  void scalingInsideTheStepEqualsScalingTheGradients() {
    try (Engine engine = Device.any().engine(2)) {
      float[] start = {1, -2, 3};
      float[] gradient = {8, -16, 32};
      float[] eighth = {1, -2, 4};
      float[] scaled = stepOnce(engine, start, gradient, 0.125);
      assertArrayEquals(stepOnce(engine, start, eighth, 1), scaled);
    }
  }

  private static float[] stepOnce(Engine engine, float[] start, float[] gradient, double scale) {
    Tensor p = engine.tensor(start, Shape.of(start.length)).requireGrad();
    p.setGrad(engine.tensor(gradient, Shape.of(start.length)));
    try (Optimizer adam = new Adam(ParameterGroup.all(Map.of("p", p), 0.1), Adam.Options.ADAMW)) {
      adam.step(0.01, scale);
    }
    return p.toFloats();
  }

  @Test
  void onlyItsGroupDecaysAndOnlyWhatHasAGradientMoves() {
    try (Engine engine = Device.any().engine(2)) {
      Tensor matrix = engine.full(Shape.of(2, 2), 1).requireGrad();
      Tensor bias = engine.full(Shape.of(2), 1).requireGrad();
      Tensor idle = engine.full(Shape.of(2, 2), 1).requireGrad();
      matrix.setGrad(engine.zeros(Shape.of(2, 2)));
      bias.setGrad(engine.zeros(Shape.of(2)));
      Map<String, Tensor> all = new java.util.LinkedHashMap<>();
      all.put("matrix", matrix);
      all.put("bias", bias);
      all.put("idle", idle);
      try (Optimizer sgd = new Sgd(ParameterGroup.decayMatrices(all, 0.5), 0, false)) {
        sgd.step(0.1);
        assertArrayEquals(new float[] {0.95f, 0.95f, 0.95f, 0.95f}, matrix.toFloats());
        assertArrayEquals(new float[] {1, 1}, bias.toFloats());
        assertArrayEquals(new float[] {1, 1, 1, 1}, idle.toFloats());
        assertEquals(
            Map.of("matrix", 1L, "idle", 0L, "bias", 1L),
            counts(List.copyOf(sgd.parameters().keySet()), sgd.steps()));
      }
    }
  }

  private static Map<String, Long> counts(List<String> names, long[] steps) {
    Map<String, Long> counts = new java.util.HashMap<>();
    for (int i = 0; i < steps.length; i++) {
      counts.put(names.get(i), steps[i]);
    }
    return counts;
  }

  private static void assertClose(String what, double want, double got) {
    assertTrue(
        Math.abs(got - want) <= RELATIVE * Math.abs(want) + ABSOLUTE,
        () -> what + ": expected " + want + ", got " + got);
  }
}
