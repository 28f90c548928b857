package dev.kernite.test.generation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.ModelException;
import dev.kernite.models.metrics.Perplexity;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Perplexity against the reference results, by given likelihoods and by a float64 GPT-2. */
final class PerplexityTest {
  private static final JsonNode EXPECTED = FixtureFile.json("metrics/perplexity.json");

  private static FixtureFile tensors() {
    return new FixtureFile("metrics/perplexity.safetensors");
  }

  private static void assertClose(double expected, double actual, double relative) {
    assertTrue(
        Math.abs(expected - actual) <= relative * Math.abs(expected),
        () -> "expected " + expected + ", got " + actual);
  }

  @Test
  void sequencesAndCorpusFromGivenLikelihoods() {
    try (FixtureFile file = tensors()) {
      Perplexity.Score corpus = new Perplexity.Score(0, 0);
      for (int i = 0; i < 4; i++) {
        double[] nll = file.values("seq" + i + ".nll_f64");
        int[] ids = file.ints("seq" + i + ".input_ids");
        Perplexity.Score score =
            Perplexity.sequence(ids, tokens -> Arrays.stream(nll).map(x -> -x).toArray());
        assertClose(
            EXPECTED.get("perplexity_per_sequence").get(i).asDouble(), score.perplexity(), 1e-9);
        corpus = corpus.plus(score);
      }
      assertClose(
          EXPECTED.get("perplexity_corpus_token_weighted").asDouble(), corpus.perplexity(), 1e-9);
    }
  }

  @Test
  void aFloat64ModelGivesTheReferenceEverywhere() {
    NaiveGpt2 model = new NaiveGpt2("models/gpt2");
    try (FixtureFile file = tensors()) {
      for (int i = 0; i < 4; i++) {
        assertClose(
            EXPECTED.get("perplexity_per_sequence").get(i).asDouble(),
            Perplexity.sequence(file.ints("seq" + i + ".input_ids"), model::logProbabilities)
                .perplexity(),
            1e-9);
      }
      JsonNode sliding = EXPECTED.get("sliding_window");
      List<Perplexity.WindowScore> windows =
          Perplexity.sliding(
              file.ints("long.input_ids"),
              sliding.get("window").asInt(),
              sliding.get("stride").asInt(),
              model::logProbabilities);
      for (int i = 0; i < windows.size(); i++) {
        double mean = sliding.get("windows").get(i).get("mean_nll").asDouble();
        assertClose(mean, windows.get(i).score().mean(), 1e-9);
      }
      Perplexity.Score total =
          Perplexity.total(windows.stream().map(Perplexity.WindowScore::score).toList());
      assertClose(sliding.get("perplexity").asDouble(), total.perplexity(), 1e-9);
    }
  }

  @Test
  void windowsScoreEachTokenOnce() {
    List<Perplexity.Window> expected =
        EXPECTED
            .get("sliding_window")
            .get("windows")
            .valueStream()
            .map(
                w ->
                    new Perplexity.Window(
                        w.get("begin").asInt(),
                        w.get("end").asInt(),
                        w.get("scored_tokens").asInt()))
            .toList();
    assertEquals(expected, Perplexity.windows(203, 64, 32));
    assertEquals(List.of(), Perplexity.windows(1, 8, 4));
    assertEquals(List.of(new Perplexity.Window(0, 8, 7)), Perplexity.windows(8, 8, 4));
    for (int length = 2; length < 40; length++) {
      int scored =
          Perplexity.windows(length, 8, 3).stream().mapToInt(Perplexity.Window::scored).sum();
      assertEquals(length - 1, scored);
    }
    assertThrows(ModelException.class, () -> Perplexity.windows(10, 8, 9));
    assertThrows(ModelException.class, () -> Perplexity.windows(10, 1, 1));
  }

  @Test
  void ignoredLabelsAreNotScored() {
    try (FixtureFile file = tensors()) {
      int rows = file.size("logits.logits_f64", 0);
      int time = file.size("logits.logits_f64", 1);
      int vocab = file.size("logits.logits_f64", 2);
      double[] logits = file.values("logits.logits_f64");
      int[] labels = file.ints("logits.labels");
      Perplexity.Score score = new Perplexity.Score(0, 0);
      for (int r = 0; r < rows; r++) {
        double[][] row = new double[time][];
        for (int t = 0; t < time; t++) {
          int at = (r * time + t) * vocab;
          row[t] = Arrays.copyOfRange(logits, at, at + vocab);
        }
        score =
            score.plus(
                Perplexity.ofLogits(
                    row, Arrays.copyOfRange(labels, r * time, (r + 1) * time), -100));
      }
      JsonNode expected = EXPECTED.get("from_logits_with_ignored_labels");
      assertClose(expected.get("mean_nll").asDouble(), score.mean(), 1e-9);
      assertClose(expected.get("perplexity").asDouble(), score.perplexity(), 1e-9);
    }
  }

  @Test
  void aLabelBeyondTheLogitsIsRefused() {
    double[][] logits = new double[2][3];
    assertThrows(ModelException.class, () -> Perplexity.ofLogits(logits, new int[] {0, 3}, -100));
    assertThrows(ModelException.class, () -> Perplexity.ofLogits(logits, new int[] {0, -1}, -100));
    assertEquals(
        new Perplexity.Score(0, 0), Perplexity.ofLogits(logits, new int[] {0, -100}, -100));
  }

  @Test
  void bitsPerByteCountBytesNotTokens() {
    assertEquals(1.5, new Perplexity.Score(3 * Math.log(2), 2).bitsPerByte(2), 1e-15);
  }
}
