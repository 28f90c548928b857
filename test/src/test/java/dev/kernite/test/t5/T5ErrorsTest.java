package dev.kernite.test.t5;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Engine;
import dev.kernite.models.ModelException;
import dev.kernite.models.generation.DecodeSession;
import dev.kernite.models.t5.T5;
import dev.kernite.models.t5.T5Files;
import dev.kernite.models.t5.T5Inputs;
import dev.kernite.models.transformer.Probe;
import dev.kernite.models.weights.Use;
import dev.kernite.test.models.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a user gets wrong ends in one message that names it, and leaves no memory behind. */
class T5ErrorsTest {
  @TempDir private Path temp;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"d_kv\": 8 | \"d_kv\": 9 | SelfAttention.q.weight",
        "\"num_heads\": 4 | \"num_heads\": 2 | SelfAttention.q.weight",
        "\"num_decoder_layers\": 2 | \"num_decoder_layers\": 3 | decoder.block.2",
        "\"relu\" | \"gated-relu\" | 'dense_act_fn|wi_0'",
        "\"relative_attention_max_distance\": 128 | \"relative_attention_max_distance\": 16 | relative_attention_max_distance",
        "\"decoder_start_token_id\": 0 | \"decoder_start_token_id\": 320 | decoder_start_token_id",
        "\"model_type\": \"t5\" | \"model_type\": \"umt5\" | model_type"
      })
  void aConfigurationThatDoesNotFitIsNamed(String from, String to, String part) throws IOException {
    Path original = Reference.path("t5-v1.0");
    Files.copy(original.resolve("model.safetensors"), temp.resolve("model.safetensors"));
    String config = Files.readString(original.resolve("config.json"));
    assertTrue(config.contains(from), from);
    Files.writeString(
        temp.resolve("config.json"),
        config.replace(from, to).replace("\"is_gated_act\": false,", ""));
    try (Engine engine = Engine.open()) {
      ModelException e =
          assertThrows(ModelException.class, () -> T5Files.load(engine, temp, Use.TRAINING));
      assertTrue(e.getMessage().matches("(?s).*(" + part + ").*"), e.getMessage());
      assertEquals(0, engine.backend().memory().bytesInUse());
    }
  }

  @Test
  void inputsOutsideTheModelAreRefused() {
    try (Engine engine = Engine.open();
        T5 model = T5Files.load(engine, Reference.path("t5-v1.0"), Use.INFERENCE)) {
      int[][] one = {{1}};
      refused("input_ids[0][1] is 320", () -> run(model, new int[][] {{1, 320}}, one));
      refused("decoder_input_ids[0][0] is -1", () -> run(model, one, new int[][] {{-1}}));
      refused("decoder_input_ids have 2 rows", () -> run(model, one, new int[][] {{1}, {2}}));
      refused("source text is empty", () -> model.session(new int[][] {{1}, {}}));
      refused("source text is empty", () -> model.session(new int[0][]));
      try (DecodeSession session = model.session(one)) {
        refused(
            "2 prompts for 1 source",
            () -> session.prefill(new int[][] {{0}, {0}}, new boolean[][] {{true}, {true}}));
      }
    }
  }

  private static void run(T5 model, int[][] ids, int[][] written) {
    model.hidden(new T5Inputs(ids, null, written, null), false, Probe.NONE);
  }

  private static void refused(String part, Runnable use) {
    ModelException e = assertThrows(ModelException.class, use::run);
    assertTrue(e.getMessage().contains(part), e.getMessage());
  }
}
