package dev.kernite.test.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Engine;
import dev.kernite.engine.EngineException;
import dev.kernite.engine.EngineOptions;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.nn.Init;
import dev.kernite.engine.nn.Linear;
import org.junit.jupiter.api.Test;

/** Initialisers have the moments and bounds their papers give, and come from one stream. */
final class InitTest {
  private static final Shape WEIGHT = Shape.of(200, 30, 2, 5); // fan in 300, fan out 2000

  private static Engine engine() {
    return Engine.open(EngineOptions.DEFAULT.withSeed(7));
  }

  @Test
  void uniformInitialisersFillTheirBounds() {
    try (Engine e = engine()) {
      uniform(Init.xavierUniform(e, WEIGHT, 5.0 / 3), 5.0 / 3 * Math.sqrt(6.0 / 2300));
      uniform(Init.kaimingUniform(e, WEIGHT, 0), Math.sqrt(2) * Math.sqrt(3.0 / 300));
      double slope = Math.sqrt(5);
      uniform(Init.kaimingUniform(e, WEIGHT, slope), Math.sqrt(1.0 / 300));
      Linear layer = Linear.create(e, 400, 150, true);
      uniform(layer.weight(), 1 / Math.sqrt(400));
      assertEquals(Shape.of(150, 400), layer.weight().shape());
      for (float b : layer.bias().toFloats()) {
        assertTrue(Math.abs(b) <= 1 / Math.sqrt(400));
      }
    }
  }

  /** n values within the bound, spread evenly: mean and variance within 5 standard errors. */
  private static void uniform(Tensor t, double bound) {
    double variance = bound * bound / 3;
    moments(t, variance);
    double largest = 0;
    for (float x : t.toFloats()) {
      largest = Math.max(largest, Math.abs(x));
    }
    assertTrue(largest <= bound * (1 + 1e-6) && largest >= 0.999 * bound, "largest " + largest);
  }

  @Test
  void normalInitialisersHaveTheirDeviation() {
    try (Engine e = engine()) {
      moments(Init.normal(e, WEIGHT, 0, 0.02f), 0.02 * 0.02);
      moments(Init.xavierNormal(e, WEIGHT, 1), 2.0 / 2300);
      moments(Init.kaimingNormal(e, WEIGHT, 0.2), 2.0 / 1.04 / 300);
    }
  }

  private static void moments(Tensor t, double variance) {
    float[] x = t.toFloats();
    double sum = 0;
    double squares = 0;
    for (float v : x) {
      sum += v;
      squares += (double) v * v;
    }
    double mean = sum / x.length;
    double error = 5 * Math.sqrt(variance / x.length);
    assertTrue(Math.abs(mean) <= error, "mean " + mean + ", allowed " + error);
    double got = squares / x.length;
    // The fourth moment of a normal is 3 variance^2: the widest of the distributions here.
    double spread = 5 * variance * Math.sqrt(2.0 / x.length);
    assertTrue(Math.abs(got - variance) <= spread, "variance " + got + ", wanted " + variance);
  }

  @Test
  void theSameSeedGivesTheSameWeightsAndEachTensorItsOwn() {
    try (Engine a = engine();
        Engine b = engine()) {
      float[] first = Init.kaimingNormal(a, WEIGHT, 0).toFloats();
      assertArrayEquals(first, Init.kaimingNormal(b, WEIGHT, 0).toFloats());
      float[] second = Init.kaimingNormal(a, WEIGHT, 0).toFloats();
      int equal = 0;
      for (int i = 0; i < first.length; i++) {
        equal += first[i] == second[i] ? 1 : 0;
      }
      assertTrue(equal < 10, equal + " values drawn twice");
    }
  }

  @Test
  void parametersOutliveTheScopeTheyWereMadeIn() {
    try (Engine e = engine()) {
      Tensor zeros;
      Tensor twos;
      try (Scope _ = e.scope()) {
        zeros = Init.zeros(e, Shape.of(3));
        twos = Init.constant(e, Shape.of(2), 2);
      }
      assertArrayEquals(new float[3], zeros.toFloats());
      assertArrayEquals(new float[] {2, 2}, twos.toFloats());
      assertTrue(zeros.requiresGrad());
    }
  }

  @Test
  void fanNeedsAMatrix() {
    try (Engine e = engine()) {
      EngineException error =
          assertThrows(EngineException.class, () -> Init.xavierUniform(e, Shape.of(3), 1));
      assertTrue(error.getMessage().contains("[out, in, ...]"), error.getMessage());
    }
  }
}
