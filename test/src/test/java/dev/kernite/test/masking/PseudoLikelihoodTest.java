package dev.kernite.test.masking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.kernite.engine.Engine;
import dev.kernite.models.ModelException;
import dev.kernite.models.bert.Bert;
import dev.kernite.models.bert.BertFiles;
import dev.kernite.models.bert.BertInputs;
import dev.kernite.models.masking.Frame;
import dev.kernite.models.masking.PseudoLikelihood;
import dev.kernite.models.metrics.Perplexity;
import dev.kernite.models.transformer.Probe;
import dev.kernite.models.weights.Use;
import dev.kernite.test.devices.Device;
import dev.kernite.test.models.Reference;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Pseudo-log-likelihoods, against the definition: one masked copy after the other, its logits of
 * all positions, and the softmax in float64.
 */
@Tag("device")
final class PseudoLikelihoodTest {
  private static final int MASK = 4;
  private static final Frame FRAME = new Frame(new int[] {2}, new int[] {3});

  /** ln p of a token that is masked, all others seen. */
  private static double logProbability(Bert model, int[] framed, int position) {
    int[] masked = framed.clone();
    masked[position] = MASK;
    int[][] ids = {masked};
    float[] logits =
        model.values(
            () -> model.vocabularyLogits(model.hidden(BertInputs.of(ids), false, Probe.NONE)));
    int vocabulary = model.config().vocabSize();
    int from = position * vocabulary;
    double sum =
        IntStream.range(from, from + vocabulary).mapToDouble(i -> Math.exp(logits[i])).sum();
    return logits[from + framed[position]] - Math.log(sum);
  }

  private static double byDefinition(Bert model, int[] text) {
    int[] framed = new int[text.length + 2];
    framed[0] = 2;
    System.arraycopy(text, 0, framed, 1, text.length);
    framed[text.length + 1] = 3;
    return IntStream.rangeClosed(1, text.length)
        .mapToDouble(position -> -logProbability(model, framed, position))
        .sum();
  }

  @ParameterizedTest
  @MethodSource("dev.kernite.test.devices.Device#tested")
  void eachTokenIsPredictedFromAllOthers(Device device) {
    for (String family : List.of("bert", "roberta", "distilbert")) {
      try (Engine engine = device.engine(1);
          Bert model = BertFiles.load(engine, Reference.path(family), Use.INFERENCE)) {
        PseudoLikelihood likelihood = new PseudoLikelihood(model, FRAME, MASK);
        int longest = model.config().longest();
        for (int length : new int[] {1, 7, longest - 2}) { // the last in two batches of copies
          int[] text = new Random(length).ints(length, 5, model.config().vocabSize()).toArray();
          Perplexity.Score score = likelihood.score(text);
          assertEquals(length, score.tokens());
          double expected = byDefinition(model, text);
          assertEquals(expected, score.nats(), 1e-5 * expected, family + ", " + length);
        }
        assertEquals(new Perplexity.Score(0, 0), likelihood.score(new int[0]));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.kernite.test.devices.Device#tested")
  void longTextsAreCut(Device device) {
    try (Engine engine = device.engine(1);
        Bert model = BertFiles.load(engine, Reference.path("distilbert"), Use.INFERENCE)) {
      PseudoLikelihood likelihood = new PseudoLikelihood(model, FRAME, MASK);
      int room = model.config().longest() - 2;
      int[] text = new Random(3).ints(room + 5, 5, model.config().vocabSize()).toArray();
      Perplexity.Score parts =
          likelihood
              .score(IntStream.of(text).limit(room).toArray())
              .plus(likelihood.score(IntStream.of(text).skip(room).toArray()));
      assertEquals(parts, likelihood.score(text));
    }
  }

  @ParameterizedTest
  @MethodSource("dev.kernite.test.devices.Device#tested")
  void aModelWithoutLanguageHeadIsRefused(Device device) {
    try (Engine engine = device.engine(1);
        Bert model = BertFiles.load(engine, Reference.path("bert-classifier"), Use.INFERENCE)) {
      assertThrows(ModelException.class, () -> new PseudoLikelihood(model, FRAME, MASK));
    }
  }
}
