package dev.kernite.test.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** From a text to a text: what was trained is generated; seeds, and what cannot be trained. */
final class TextToTextTest {
  private static final String SENTENCE = "the cat sat on the mat. ";
  private static final String CONFIG =
      """
      {"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "vocab_size": 270,
       "n_positions": 32, "n_embd": 32, "n_layer": 1, "n_head": 2,
       "resid_pdrop": 0, "embd_pdrop": 0, "attn_pdrop": 0, "eos_token_id": 0}
      """;
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path folder;
  private static Path model;
  private static Path text;

  @BeforeAll
  static void learnATokenizer() throws IOException {
    text = Files.writeString(folder.resolve("text.txt"), SENTENCE.repeat(500));
    model = Files.createDirectories(folder.resolve("model"));
    Files.writeString(model.resolve("config.json"), CONFIG);
    Kernite run =
        Kernite.run(
            "train-tokenizer", "--data", "" + text, "--out", "" + model, "--vocab-size", "270");
    assertEquals(0, run.code(), run.err());
  }

  @Test
  void whatWasTrainedCanBeGenerated() throws IOException {
    Path out = folder.resolve("trained");
    List<JsonNode> lines = train(out, "--steps", "60", "--lr", "0.01", "--seed", "7");
    assertEquals(61, lines.size()); // one for each update, one for the run
    for (int step = 0; step < 60; step++) {
      assertEquals(step, lines.get(step).get("step").intValue());
    }
    double first = lines.getFirst().get("loss").doubleValue();
    double last = lines.get(59).get("loss").doubleValue();
    assertTrue(first > 5 && last < 1, () -> first + " to " + last); // ln 270 = 5.6

    Kernite generated =
        Kernite.run(
            "generate", "--model", "" + out, "--prompt", "the cat", "--max-new-tokens", "12");
    assertEquals(0, generated.code(), generated.err());
    assertTrue(generated.out().startsWith("the cat sat on the mat"), generated.out());
  }

  @Test
  void sameSeedGivesTheSameBytesAndAnotherGivesOthers() throws IOException {
    Path once = folder.resolve("once");
    Path again = folder.resolve("again");
    Path other = folder.resolve("other");
    train(once, "--steps", "5", "--seed", "1");
    train(again, "--steps", "5", "--seed", "1", "--threads", "1");
    train(other, "--steps", "5", "--seed", "2");
    String file = "model.safetensors";
    assertEquals(-1, Files.mismatch(once.resolve(file), again.resolve(file)));
    assertTrue(Files.mismatch(once.resolve(file), other.resolve(file)) >= 0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--steps 5 --max-length 33",
        "--steps 5 --batch-size 0",
        "--steps -1",
        "--epochs 0",
        "--steps 5 --betas 0.9",
        "--steps 5 --lr nan",
        "--steps 5 --data no-such.txt",
      })
  void whatCannotBeTrainedIsOneErrorLine(String flags) {
    Path out = folder.resolve("never");
    List<String> args =
        new ArrayList<>(List.of("train", "--model", "" + model, "--data", "" + text));
    args.addAll(List.of("--out", "" + out));
    args.addAll(List.of(flags.split(" ")));
    Kernite run = Kernite.run(args.toArray(String[]::new));
    assertTrue(run.code() == 1 || run.code() == 2, () -> run.code() + run.err());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().startsWith("error: ") && !run.err().contains("internal"), run.err());
    assertTrue(!Files.exists(out.resolve("model.safetensors")));
  }

  private static List<JsonNode> train(Path out, String... flags) {
    List<String> args = new ArrayList<>(List.of("train", "--json", "--model", "" + model));
    args.addAll(List.of("--data", "" + text, "--out", "" + out));
    args.addAll(List.of(flags));
    Kernite run = Kernite.run(args.toArray(String[]::new));
    assertEquals(0, run.code(), run.err());
    return run.out().lines().map(JSON::readTree).toList();
  }
}
