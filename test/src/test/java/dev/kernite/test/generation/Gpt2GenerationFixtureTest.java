package dev.kernite.test.generation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Engine;
import dev.kernite.models.generation.DecodeSession;
import dev.kernite.models.generation.EarlyStopping;
import dev.kernite.models.generation.GenerationConfig;
import dev.kernite.models.generation.GenerationConfigBuilder;
import dev.kernite.models.generation.GenerationResult;
import dev.kernite.models.generation.Generator;
import dev.kernite.models.gpt2.Gpt2;
import dev.kernite.models.gpt2.Gpt2Files;
import dev.kernite.models.weights.Use;
import dev.kernite.test.devices.Device;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/**
 * Every case of {@code generate} that transformers ran on a small GPT-2, tokens exactly and scores
 * closely; of the two conventions for the length in a beam's score, the newer one.
 */
@Tag("device")
final class Gpt2GenerationFixtureTest {
  private static final String FOLDER = "models/gpt2/";

  static Stream<JsonNode> cases() {
    return FixtureFile.json(FOLDER + "generation.json").get("cases").valueStream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void strategiesMatchTransformersOnANaiveModel(JsonNode testCase) {
    check(testCase, new NaiveGpt2("models/gpt2").session());
  }

  @ParameterizedTest
  @MethodSource("casesOnEachDevice")
  void theEnginesModelMatchesTransformers(JsonNode testCase, Device device) {
    try (Engine engine = device.engine(2);
        Gpt2 model = Gpt2Files.load(engine, FixtureFile.path("models/gpt2"), Use.INFERENCE);
        DecodeSession session = model.session()) {
      check(testCase, session);
    }
  }

  static Stream<Arguments> casesOnEachDevice() {
    return cases()
        .flatMap(
            testCase -> Device.tested().stream().map(device -> Arguments.of(testCase, device)));
  }

  private static void check(JsonNode testCase, DecodeSession session) {
    String name = testCase.get("name").asString();
    int[][] ids = FixtureFile.rows(testCase.get("input_ids"));
    int[][] mask = FixtureFile.rows(testCase.get("attention_mask"));
    int[][] prompts = new int[ids.length][];
    for (int r = 0; r < ids.length; r++) {
      int real = Arrays.stream(mask[r]).sum();
      prompts[r] = Arrays.copyOfRange(ids[r], ids[r].length - real, ids[r].length);
    }
    JsonNode kwargs = testCase.get("kwargs");
    boolean keepScores = name.equals("greedy");
    GenerationResult result =
        new Generator(session).generate(config(kwargs).keepScores(keepScores).build(), prompts);
    JsonNode expected =
        testCase.has("newer_convention") ? testCase.get("newer_convention") : testCase;
    int[][] sequences = FixtureFile.rows(expected.get("sequences"));
    int[][] got = result.padded(kwargs.get("pad_token_id").asInt());
    assertEquals(sequences.length, got.length);
    for (int i = 0; i < sequences.length; i++) {
      assertArrayEquals(sequences[i], got[i], name + " sequence " + i);
    }
    if (expected.has("sequences_scores")) {
      for (int i = 0; i < sequences.length; i++) {
        double want = expected.get("sequences_scores").get(i).asDouble();
        double actual = result.sequences().get(i).score();
        assertTrue(
            Math.abs(want - actual) <= 1e-5 * Math.abs(want),
            () -> name + ": expected score " + want + ", got " + actual);
      }
    }
    if (keepScores) {
      checkScores(result.sequences().get(0).stepScores());
    }
  }

  private static void checkScores(List<float[]> steps) {
    try (FixtureFile file = new FixtureFile(FOLDER + "expected.safetensors")) {
      float[] expected = file.floats("generate.greedy.scores");
      int vocab = steps.get(0).length;
      assertEquals(expected.length, steps.size() * vocab);
      for (int i = 0; i < expected.length; i++) {
        float want = expected[i];
        float got = steps.get(i / vocab)[i % vocab];
        assertTrue(
            Math.abs(want - got) <= 1e-4 + 1e-4 * Math.abs(want),
            () -> "score: expected " + want + ", got " + got);
      }
    }
  }

  private static GenerationConfigBuilder config(JsonNode kwargs) {
    GenerationConfigBuilder builder = GenerationConfig.builder();
    if (!kwargs.has("eos_token_id")) {
      builder.endTokens(List.of(511)); // the end token of the model's configuration
    }
    for (String option : kwargs.propertyNames()) {
      JsonNode value = kwargs.get(option);
      switch (option) {
        case "do_sample" -> builder.sample(value.asBoolean());
        case "max_new_tokens" -> builder.maxNewTokens(value.asInt());
        case "min_length" -> builder.minLength(value.asInt());
        case "pad_token_id" -> builder.padToken(value.asInt());
        case "eos_token_id" ->
            builder.endTokens(value.isNull() ? List.of() : List.of(value.asInt()));
        case "repetition_penalty" -> builder.repetitionPenalty(value.asDouble());
        case "no_repeat_ngram_size" -> builder.noRepeatNgramSize(value.asInt());
        case "num_beams" -> builder.numBeams(value.asInt());
        case "num_beam_groups" -> builder.numBeamGroups(value.asInt());
        case "diversity_penalty" -> builder.diversityPenalty(value.asDouble());
        case "length_penalty" -> builder.lengthPenalty(value.asDouble());
        case "early_stopping" -> builder.earlyStopping(EarlyStopping.parse(value.asString()));
        case "num_return_sequences" -> builder.numReturnSequences(value.asInt());
        default -> throw new IllegalArgumentException("unknown option " + option);
      }
    }
    return builder;
  }
}
