package dev.kernite.test.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.op.Catalogue;
import dev.kernite.test.devices.Device;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * What every operation must show, enumerated from the sealed list: an operation without an oracle,
 * or with too few samples, fails here by name.
 */
@Tag("device")
final class CatalogueTest {
  private static final int[] THREADS = {1, 2, 5};
  private static final double[] NON_FINITE = {
    Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY
  };

  /** One test an operation, over all its samples. */
  private static Stream<DynamicTest> each(Consumer<Catalogue.Entry> check) {
    return Catalogue.entries().stream()
        .map(entry -> DynamicTest.dynamicTest(entry.label(), () -> check.accept(entry)));
  }

  private static Stream<DynamicTest> eachSample(Consumer<Sample> check) {
    return each(
        entry ->
            Oracles.samples(entry).stream()
                .filter(s -> !Device.CHECKED || s.kind() != Sample.Kind.LARGE)
                .forEach(check));
  }

  @TestFactory
  Stream<DynamicTest> samplesCoverTheOrdinaryTheEdgesAndManyThreads() {
    return each(
        entry -> {
          List<Sample> samples = Oracles.samples(entry);
          for (Sample s : samples) {
            assertEquals(entry.type(), s.op().getClass(), s + " is a sample of another operation");
          }
          for (Sample.Kind kind : Sample.Kind.values()) {
            assertTrue(samples.stream().anyMatch(s -> s.kind() == kind), "no sample is " + kind);
          }
          assertTrue(
              samples.stream().anyMatch(s -> s.inputs().getFirst().size() == 0),
              "no sample has an empty input");
          assertTrue(
              samples.stream().anyMatch(s -> s.smooth() && s.kind() == Sample.Kind.ORDINARY),
              "no ordinary sample is differentiable");
        });
  }

  @Tag("schedule")
  @TestFactory
  Stream<DynamicTest> forwardMatchesTheOracle() {
    return eachSample(CatalogueTest::compareForward);
  }

  private static void compareForward(Sample s) {
    NdArray expected = Oracles.forward(s);
    NdArray magnitude = Oracles.magnitude(s);
    double units = Oracles.units(s);
    for (Device device : Device.tested()) {
      Engine engine = Engines.guarded(device);
      try (Scope _ = engine.scope()) {
        Tensor y = s.op().apply(Runs.tensors(engine, s.inputs(), Set.of()));
        Close.checkUnits(device + " " + s, expected, magnitude, y, units);
      }
    }
  }

  @Tag("schedule")
  @TestFactory
  Stream<DynamicTest> gradientMatchesCentralDifferences() {
    return eachSample(
        s -> {
          if (s.smooth()) {
            compareGradient(s);
          }
        });
  }

  private static void compareGradient(Sample s) {
    NdArray upstream = Runs.upstream(Oracles.forward(s));
    Set<Integer> wanted = Runs.differentiable(s);
    Map<Integer, NdArray> direction = new HashMap<>();
    wanted.forEach(
        i -> direction.put(i, NdArray.random(i + 7, s.inputs().get(i).shape().toArray())));
    double along = Runs.along(s, upstream, direction);
    List<Runs.Derivative> expected =
        s.kind() == Sample.Kind.LARGE ? List.of() : Runs.derivatives(s, upstream);
    for (Device device : Device.tested()) {
      float[][] got = Runs.run(Engines.guarded(device), s, upstream, wanted).gradients();
      for (Runs.Derivative d : expected) {
        float actual = got[d.input()][d.position()];
        if (!(Math.abs(actual - d.value()) <= 1e-4 * Math.abs(d.value()) + 1e-5)) {
          fail(
              "%s %s: derivative of input %d at %d: expected %s, got %s"
                  .formatted(device, s, d.input(), d.position(), d.value(), actual));
        }
      }
      compareAlong(device + " " + s, along, direction, got);
    }
  }

  /** Compares the sum of all gradients times a direction: errors of single values do not cancel. */
  private static void compareAlong(
      String what, double expected, Map<Integer, NdArray> direction, float[][] gradients) {
    double actual = 0;
    double absolute = 0;
    double square = 0;
    for (Map.Entry<Integer, NdArray> e : direction.entrySet()) {
      float[] gradient = gradients[e.getKey()];
      for (int i = 0; i < gradient.length; i++) {
        double term = gradient[i] * e.getValue().values()[i];
        actual += term;
        absolute += Math.abs(term);
        square += term * term;
      }
    }
    double allowed = 1e-6 * absolute + 1e-5 * Math.sqrt(square) + 1e-6;
    if (!(Math.abs(actual - expected) <= allowed)) {
      fail(
          "%s: derivative along a direction: expected %s, got %s: off by %.3g, allowed %.3g"
              .formatted(what, expected, actual, Math.abs(actual - expected), allowed));
    }
  }

  @TestFactory
  Stream<DynamicTest> nanAndInfinitiesMeanWhatTheFormulaSays() {
    return each(
        entry -> {
          Oracle<?> oracle = Oracles.of(entry);
          for (Sample s : Oracles.samples(entry)) {
            for (int i = 0; i < s.inputs().size(); i++) {
              NdArray x = s.inputs().get(i);
              boolean fits = x != null && x.isFloat() && x.size() > 0;
              for (double v : NON_FINITE) {
                if (s.kind() == Sample.Kind.ORDINARY && fits && oracle.defines(i, v)) {
                  compareForward(s.with(i, x.with(x.size() / 2, v), v + " in input " + i));
                }
              }
            }
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> nothingIsWrittenBesideTheBuffers() {
    return eachSample(
        s -> {
          NdArray upstream = Runs.upstream(Oracles.forward(s));
          for (Device device : Device.tested()) {
            Engine engine = Engines.guarded(device);
            try (Scope _ = engine.scope()) {
              Tensor[] inputs = Runs.tensors(engine, s.inputs(), Runs.differentiable(s));
              Tensor y = s.op().apply(inputs);
              Engines.checkGuards(engine);
              y.backward(upstream.on(engine));
              Engines.checkGuards(engine);
            }
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> sameBitsTwiceAndWithAnyNumberOfThreads() {
    return eachSample(
        s -> {
          NdArray upstream = Runs.upstream(Oracles.forward(s));
          for (Device device : Device.tested()) {
            Runs.Outcome first =
                Runs.run(Engines.plain(device, 1), s, upstream, Runs.differentiable(s));
            for (int threads : THREADS) {
              Runs.Outcome again =
                  Runs.run(Engines.plain(device, threads), s, upstream, Runs.differentiable(s));
              assertEquals(first, again, device + " " + s + " with " + threads + " threads");
            }
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> eachGradientAloneIsTheSameAsAmongAll() {
    return eachSample(
        s -> {
          if (s.kind() == Sample.Kind.LARGE || Runs.differentiable(s).size() < 2) {
            return;
          }
          NdArray upstream = Runs.upstream(Oracles.forward(s));
          Engine engine = Engines.guarded(Device.any());
          Runs.Outcome all = Runs.run(engine, s, upstream, Runs.differentiable(s));
          for (int i : Runs.differentiable(s)) {
            float[] alone = Runs.run(engine, s, upstream, Set.of(i)).gradients()[i];
            assertArrayEquals(all.gradients()[i], alone, s + ": input " + i);
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> gradientsAddUpOverPasses() {
    return eachSample(
        s -> {
          if (s.kind() != Sample.Kind.ORDINARY) {
            return;
          }
          NdArray upstream = Runs.upstream(Oracles.forward(s));
          Engine engine = Engines.guarded(Device.any());
          Runs.Outcome once = Runs.run(engine, s, upstream, Runs.differentiable(s));
          try (Scope _ = engine.scope()) {
            Tensor[] inputs = Runs.tensors(engine, s.inputs(), Runs.differentiable(s));
            s.op().apply(inputs).backward(upstream.on(engine));
            s.op().apply(inputs).backward(upstream.on(engine));
            for (int i : Runs.differentiable(s)) {
              float[] twice = inputs[i].grad().toFloats();
              for (int k = 0; k < twice.length; k++) {
                float expected = 2 * once.gradients()[i][k];
                float allowed = 1e-5f * Math.abs(expected) + 1e-6f;
                assertEquals(expected, twice[k], allowed, s + ": input " + i + " at " + k);
              }
            }
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> allMemoryComesBack() {
    return eachSample(
        s -> {
          NdArray upstream = Runs.upstream(Oracles.forward(s));
          Engine engine = Engines.guarded(Device.any());
          long before = engine.backend().memory().bytesInUse();
          Runs.run(engine, s, upstream, Runs.differentiable(s));
          assertEquals(before, engine.backend().memory().bytesInUse(), s + ": bytes left");
        });
  }
}
