package dev.kernite.test.generation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.ModelException;
import dev.kernite.models.generation.DecodeSession;
import dev.kernite.models.generation.EarlyStopping;
import dev.kernite.models.generation.GenerationConfig;
import dev.kernite.models.generation.GenerationConfigBuilder;
import dev.kernite.models.generation.Generator;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Options and prompts that cannot work are refused, by name, before the model runs. */
final class GenerationErrorsTest {

  private static void refused(String name, UnaryOperator<GenerationConfigBuilder> change) {
    ModelException error =
        assertThrows(
            ModelException.class, () -> change.apply(GenerationConfig.builder()).build(), name);
    assertTrue(error.getMessage().contains(name), error.getMessage());
  }

  @Test
  void optionsOutOfRangeAreNamed() {
    refused("max-new-tokens", b -> b.maxNewTokens(0));
    refused("max-length", b -> b.maxLength(0));
    refused("min-length", b -> b.minLength(-1));
    refused("min-new-tokens", b -> b.minNewTokens(-1));
    refused("temperature", b -> b.temperature(0));
    refused("temperature", b -> b.temperature(Double.NaN));
    refused("temperature", b -> b.temperature(-1).sample(false));
    refused("top-k", b -> b.topK(-1));
    refused("top-p", b -> b.topP(1.5));
    refused("top-p", b -> b.topP(Double.NaN));
    refused("min-p", b -> b.minP(-0.1));
    refused("typical-p", b -> b.typicalP(0));
    refused("epsilon-cutoff", b -> b.epsilonCutoff(1));
    refused("eta-cutoff", b -> b.etaCutoff(-1));
    refused("repetition-penalty", b -> b.repetitionPenalty(0));
    refused("no-repeat-ngram-size", b -> b.noRepeatNgramSize(-2));
    refused("bad-words", b -> b.badWords(List.of(List.of())));
    refused("num-beams", b -> b.numBeams(0));
    refused("num-beam-groups", b -> b.numBeams(4).numBeamGroups(3));
    refused("diversity-penalty", b -> b.numBeams(4).diversityPenalty(1));
    refused("diversity-penalty", b -> b.numBeams(4).numBeamGroups(2).diversityPenalty(-1));
    refused("length-penalty", b -> b.lengthPenalty(Double.POSITIVE_INFINITY));
    refused("num-return-sequences", b -> b.numReturnSequences(2));
    refused("num-return-sequences", b -> b.numBeams(2).numReturnSequences(3));
    refused("stop", b -> b.stopTexts(List.of("")));
    refused("end token", b -> b.endTokens(List.of(-1)));
    refused("pad token", b -> b.padToken(-1));
    assertThrows(ModelException.class, () -> EarlyStopping.parse("sometimes"));
  }

  @Test
  void samplingFollowsFromItsOptions() {
    assertFalse(GenerationConfig.builder().build().sample());
    assertTrue(GenerationConfig.builder().topP(0.9).build().sample());
    assertTrue(GenerationConfig.builder().temperature(1).build().sample());
    assertFalse(GenerationConfig.builder().temperature(0.5).sample(false).build().sample());
    assertFalse(GenerationConfig.builder().topK(5).sample(true).numBeams(2).build().sample());
    assertFalse(GenerationConfig.builder().repetitionPenalty(1.2).seed(3).build().sample());
  }

  @Test
  void promptsThatDoNotFitAreRefused() {
    TableModel model = new TableModel(6, 1);
    GenerationConfig config = GenerationConfig.builder().build();
    check("context of 4", model.session(4), config, new int[][] {{1, 2, 3, 4}});
    check("empty", model.session(), config, new int[][] {{1}, {}});
    check("no prompt", model.session(), config, new int[][] {});
    check("outside the vocabulary", model.session(), config, new int[][] {{1, 6}});
    check("outside the vocabulary", model.session(), config, new int[][] {{-1}});
    check(
        "max-length",
        model.session(),
        GenerationConfig.builder().maxLength(3).build(),
        new int[][] {{1, 2, 3}});
    check(
        "stop texts",
        model.session(),
        GenerationConfig.builder().stopTexts(List.of("x")).build(),
        new int[][] {{1}});
    check(
        "pad token",
        model.session(),
        GenerationConfig.builder().padToken(6).build(),
        new int[][] {{1}});
  }

  private static void check(
      String part, DecodeSession session, GenerationConfig config, int[][] prompts) {
    ModelException error =
        assertThrows(
            ModelException.class, () -> new Generator(session).generate(config, prompts), part);
    assertTrue(error.getMessage().contains(part), error.getMessage());
  }

  @Test
  void rulingOutEveryTokenIsSaid() {
    TableModel model = new TableModel(3, 1);
    for (int beams : new int[] {1, 2}) {
      GenerationConfig config =
          GenerationConfig.builder().noRepeatNgramSize(1).numBeams(beams).maxNewTokens(5).build();
      check("rule out every", model.session(), config, new int[][] {{0, 1, 2}});
    }
  }

  @Test
  void brokenLogitsAreSaid() {
    TableModel model = new TableModel(3, 1);
    Arrays.fill(model.logits[0][1], Double.NaN);
    for (int beams : new int[] {1, 2}) {
      GenerationConfig config = GenerationConfig.builder().numBeams(beams).build();
      check("NaN", model.session(), config, new int[][] {{0, 1}});
    }
  }

  @Test
  void newTokensGoBeforeLength() {
    TableModel model = new TableModel(6, 1);
    GenerationConfig config = GenerationConfig.builder().maxNewTokens(3).maxLength(2).build();
    assertEquals(
        3,
        new Generator(model.session())
            .generate(config, new int[][] {{1, 2}})
            .sequences()
            .get(0)
            .newTokens());
  }
}
