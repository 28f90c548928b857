package dev.kernite.test.generation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.generation.BadWords;
import dev.kernite.models.generation.EpsilonCutoff;
import dev.kernite.models.generation.EtaCutoff;
import dev.kernite.models.generation.LogitsProcessor;
import dev.kernite.models.generation.MinLength;
import dev.kernite.models.generation.NextTokenScores;
import dev.kernite.models.generation.NoRepeatNgram;
import dev.kernite.models.generation.RepetitionPenalty;
import dev.kernite.models.generation.Temperature;
import dev.kernite.models.generation.TopK;
import dev.kernite.models.generation.TopP;
import dev.kernite.models.generation.TypicalP;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Each processor and their combinations against transformers' results. */
final class LogitsProcessorFixtureTest {
  private static final String FOLDER = "models/logits-processors/";

  static Stream<JsonNode> cases() {
    return FixtureFile.json(FOLDER + "cases.json").get("cases").valueStream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void matchesTransformers(JsonNode testCase) {
    String name = testCase.get("name").asString();
    try (FixtureFile file = new FixtureFile(FOLDER + "logits.safetensors")) {
      int rows = file.size("logits", 0);
      int vocab = file.size("logits", 1);
      int time = file.size("input_ids", 1);
      float[] logits = file.floats("logits");
      float[] expected = file.floats("out." + name);
      int[] ids = file.ints("input_ids");
      List<LogitsProcessor> processors =
          testCase.get("apply_in_order").valueStream().map(this::processor).toList();
      boolean massFilter = name.contains("top_p") || name.contains("topp");
      for (int r = 0; r < rows; r++) {
        NextTokenScores row = new NextTokenScores(vocab);
        row.load(logits, r * vocab, Arrays.copyOfRange(ids, r * time, (r + 1) * time), time);
        processors.forEach(p -> p.apply(row));
        float[] want = Arrays.copyOfRange(expected, r * vocab, (r + 1) * vocab);
        float[] got = row.scores().clone();
        if (massFilter && (r == 1 || r == 3)) {
          // Which of several tied tokens stays at the cut is arbitrary: compare the values kept.
          Arrays.sort(want);
          Arrays.sort(got);
        }
        for (int i = 0; i < vocab; i++) {
          String where = name + " row " + r + " entry " + i;
          if (Float.isInfinite(want[i])) {
            assertEquals(want[i], got[i], where);
          } else {
            float wanted = want[i];
            float actual = got[i];
            assertTrue(
                Math.abs(wanted - actual) <= 1e-6 * Math.max(1, Math.abs(wanted)),
                () -> where + ": expected " + wanted + ", got " + actual);
          }
        }
      }
    }
  }

  private LogitsProcessor processor(JsonNode step) {
    JsonNode value = step.get(1);
    JsonNode options = step.size() > 2 ? step.get(2) : null;
    int keep =
        options != null && options.has("min_tokens_to_keep")
            ? options.get("min_tokens_to_keep").asInt()
            : 1;
    List<Integer> ends =
        options != null && options.has("eos_token_id")
            ? List.of(options.get("eos_token_id").asInt())
            : List.of();
    return switch (step.get(0).asString()) {
      case "temperature" -> new Temperature(value.asDouble());
      case "top_k" -> new TopK(value.asInt(), keep);
      case "top_p" -> new TopP(value.asDouble(), keep);
      case "repetition_penalty" -> new RepetitionPenalty(value.asDouble());
      case "no_repeat_ngram_size" -> new NoRepeatNgram(value.asInt());
      case "min_length" -> new MinLength(value.asInt(), ends);
      case "bad_words_ids" -> new BadWords(words(value), ends);
      case "typical_p" -> new TypicalP(value.asDouble(), keep);
      case "epsilon_cutoff" -> new EpsilonCutoff(value.asDouble(), keep);
      case "eta_cutoff" -> new EtaCutoff(value.asDouble(), keep);
      default -> throw new IllegalArgumentException("unknown processor " + step);
    };
  }

  private static List<List<Integer>> words(JsonNode lists) {
    List<List<Integer>> words = new ArrayList<>();
    for (int[] word : FixtureFile.rows(lists)) {
      words.add(Arrays.stream(word).boxed().toList());
    }
    return words;
  }
}
