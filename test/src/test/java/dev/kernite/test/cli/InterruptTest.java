package dev.kernite.test.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Ctrl-C while a model trains: exit code 130, and a state that a second run goes on from. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class InterruptTest {
  private static final String CONFIG =
      """
      {"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "vocab_size": 300,
       "n_positions": 16, "n_embd": 16, "n_layer": 1, "n_head": 2, "eos_token_id": 0}
      """;

  @TempDir private Path folder;

  @BeforeEach
  void layAModel() throws IOException {
    Path text =
        Files.writeString(folder.resolve("text.txt"), "the cat sat on the mat. ".repeat(400));
    Files.writeString(
        Files.createDirectories(folder.resolve("model")).resolve("config.json"), CONFIG);
    Kernite run =
        Kernite.run(
            "train-tokenizer",
            "--data",
            text.toString(),
            "--out",
            folder.resolve("model").toString(),
            "--vocab-size",
            "300");
    assertEquals(0, run.code(), run.err());
  }

  @Test
  void interruptedTrainingKeepsItsStateAndExitsWith130() throws Exception {
    Process process = train("--steps", "1000000000");
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    for (int step = 0; step < 3; step++) {
      JsonNode line = new ObjectMapper().readTree(out.readLine());
      assertEquals(step, line.get("step").intValue());
    }
    StopSignal.ofThisProcess().send(process);
    List<String> rest = out.lines().toList();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    assertEquals(130, process.exitValue(), Files.readString(folder.resolve("errors")));
    JsonNode last = new ObjectMapper().readTree(rest.getLast());
    assertFalse(last.get("finished").booleanValue(), rest::getLast);
    long done = last.get("steps").longValue();
    assertTrue(done >= 3, rest::getLast);

    Process resumed = train("--steps", "1000000000", "--resume");
    BufferedReader again = resumed.inputReader(StandardCharsets.UTF_8);
    assertEquals(done, new ObjectMapper().readTree(again.readLine()).get("step").longValue());
    resumed.destroyForcibly();
  }

  private Process train(String... flags) throws IOException {
    List<String> args = new ArrayList<>(List.of("train", "--json"));
    args.addAll(List.of("--model", folder.resolve("model").toString()));
    args.addAll(List.of("--data", folder.resolve("text.txt").toString()));
    args.addAll(List.of("--out", folder.resolve("out").toString()));
    args.addAll(List.of(flags));
    return Launched.start(folder.resolve("errors"), args);
  }
}
