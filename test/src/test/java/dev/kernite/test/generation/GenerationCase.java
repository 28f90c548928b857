package dev.kernite.test.generation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.generation.DecodeSession;
import dev.kernite.models.generation.EarlyStopping;
import dev.kernite.models.generation.GenerationConfig;
import dev.kernite.models.generation.GenerationConfigBuilder;
import dev.kernite.models.generation.GenerationResult;
import dev.kernite.models.generation.Generator;
import java.util.List;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/**
 * A case of {@code generate} that transformers ran: tokens exactly and scores closely; of the two
 * conventions for the length in a beam's score, the newer one.
 *
 * @param folder of the model among the fixtures
 */
record GenerationCase(String folder, JsonNode node) {

  /** The inputs of the model without padding. */
  int[][] prompts() {
    int[][] ids = FixtureFile.rows(node.get("input_ids"));
    int[][] mask = FixtureFile.rows(node.get("attention_mask"));
    int[][] prompts = new int[ids.length][];
    for (int r = 0; r < ids.length; r++) {
      int[] row = ids[r];
      int[] real = mask[r];
      prompts[r] =
          IntStream.range(0, row.length).filter(t -> real[t] != 0).map(t -> row[t]).toArray();
    }
    return prompts;
  }

  /**
   * Generates, and compares.
   *
   * @param starts what the session is fed first
   * @param endTokens of the model's configuration
   */
  void check(DecodeSession session, int[][] starts, List<Integer> endTokens) {
    String name = node.get("name").asString();
    JsonNode kwargs = node.get("kwargs");
    boolean keepScores = name.equals("greedy");
    GenerationConfig config = config(kwargs, endTokens).keepScores(keepScores).build();
    GenerationResult result = new Generator(session).generate(config, starts);
    JsonNode expected = node.has("newer_convention") ? node.get("newer_convention") : node;
    int[][] sequences = FixtureFile.rows(expected.get("sequences"));
    int[][] got =
        result.padded(kwargs.has("pad_token_id") ? kwargs.get("pad_token_id").asInt() : 0);
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

  private void checkScores(List<float[]> steps) {
    try (FixtureFile file = new FixtureFile(folder + "expected.safetensors")) {
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

  private static GenerationConfigBuilder config(JsonNode kwargs, List<Integer> endTokens) {
    GenerationConfigBuilder builder = GenerationConfig.builder();
    if (!kwargs.has("eos_token_id")) {
      builder.endTokens(endTokens);
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
