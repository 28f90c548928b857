package dev.kernite.test.generation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;
import dev.kernite.models.gpt2.Gpt2;
import dev.kernite.models.gpt2.Gpt2Config;
import dev.kernite.models.gpt2.Gpt2Files;
import dev.kernite.models.gpt2.Gpt2Inputs;
import dev.kernite.models.gpt2.Gpt2Likelihood;
import dev.kernite.models.metrics.Perplexity;
import dev.kernite.models.transformer.Probe;
import dev.kernite.models.weights.Use;
import dev.kernite.test.devices.Device;
import dev.kernite.test.models.Reference;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** The engine's GPT-2 as a scorer, against perplexities computed in float64. */
@Tag("device")
final class Gpt2LikelihoodTest {
  private static final JsonNode EXPECTED = FixtureFile.json("metrics/perplexity.json");

  private static void assertClose(JsonNode expected, double actual) {
    double want = expected.asDouble();
    assertTrue(Math.abs(want - actual) <= 1e-5 * want, () -> want + " expected, got " + actual);
  }

  @ParameterizedTest
  @MethodSource("dev.kernite.test.devices.Device#tested")
  void perplexitiesAreTheReferences(Device device) {
    try (FixtureFile file = new FixtureFile("metrics/perplexity.safetensors");
        Engine engine = device.engine(1);
        Gpt2 model = Gpt2Files.load(engine, Reference.path("gpt2"), Use.INFERENCE)) {
      Gpt2Likelihood scorer = new Gpt2Likelihood(model);
      for (int i = 0; i < 4; i++) {
        int[] ids = file.ints("seq" + i + ".input_ids");
        assertClose(
            EXPECTED.get("perplexity_per_sequence").get(i),
            Perplexity.sequence(ids, scorer).perplexity());
        double[] each = scorer.logProbabilities(ids);
        double[] nll = file.values("seq" + i + ".nll_f64");
        for (int t = 0; t < nll.length; t++) {
          assertEquals(nll[t], -each[t], 1e-4);
        }
      }
      JsonNode sliding = EXPECTED.get("sliding_window");
      List<Perplexity.WindowScore> windows =
          Perplexity.sliding(file.ints("long.input_ids"), 64, 32, scorer);
      assertClose(
          sliding.get("perplexity"),
          Perplexity.total(windows.stream().map(Perplexity.WindowScore::score).toList())
              .perplexity());
      assertThrows(
          ModelException.class, () -> scorer.logProbabilities(file.ints("long.input_ids")));
    }
  }

  /** The head runs on 256 positions at a time: what comes out is the loss of all of them. */
  @ParameterizedTest
  @MethodSource("dev.kernite.test.devices.Device#tested")
  void longContextsAreScoredPieceByPiece(Device device) {
    int[] ids = new Random(5).ints(600, 0, 50).toArray();
    Gpt2Config config =
        new Gpt2Config(
            50, 600, 16, 1, 2, 32, "gelu_new", 1e-5f, true, false, true, true, 0, 0, 0, 0.5f);
    try (Engine engine = device.engine(1);
        Gpt2 model = Gpt2Files.fresh(engine, config)) {
      int[][] row = {ids};
      double mean =
          engine.noGrad(
              () -> {
                try (Scope _ = engine.scope()) {
                  Tensor hidden = model.hidden(Gpt2Inputs.of(row), false, Probe.NONE);
                  return (double) model.loss(model.logits(hidden), row).item();
                }
              });
      assertEquals(mean, Perplexity.sequence(ids, new Gpt2Likelihood(model)).mean(), 1e-5 * mean);
    }
  }
}
