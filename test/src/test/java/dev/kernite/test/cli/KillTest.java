package dev.kernite.test.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kill -9} in the middle of training, then {@code --resume}: the same final bits. */
final class KillTest {
  private static final String CONFIG =
      """
      {"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "vocab_size": 280,
       "n_positions": 16, "n_embd": 16, "n_layer": 2, "n_head": 2, "eos_token_id": 0}
      """;

  @TempDir private Path folder;
  private int steps;

  @BeforeEach
  void layAModel() throws IOException {
    Path text =
        Files.writeString(folder.resolve("text.txt"), "the cat sat on the mat. ".repeat(400));
    Path model = Files.createDirectories(folder.resolve("model"));
    Files.writeString(model.resolve("config.json"), CONFIG);
    String out = model.toString();
    Kernite run = Kernite.run("train-tokenizer", "--data", text.toString(), "--out", out);
    assertEquals(0, run.code(), run.err());
  }

  @Test
  void oneKill() throws Exception {
    killed(1, 14, 4);
  }

  @Test
  @Tag("slow")
  void tenKills() throws Exception {
    killed(10, 60, System.nanoTime());
  }

  private void killed(int kills, int of, long seed) throws Exception {
    steps = of;
    Random random = new Random(seed);
    String what = "seed " + seed;
    assertEquals(0, Kernite.run(command("whole")).code());
    for (int kill = 0; kill < kills; kill++) {
      Process process = start();
      BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
      int more = 1 + random.nextInt(Math.max(1, steps / kills));
      for (int line = 0; line < more && out.readLine() != null; line++) {
        // each line is a step done
      }
      Thread.sleep(random.nextInt(30)); // anywhere within a step, an evaluation, a save
      process.destroyForcibly(); // SIGKILL
      assertTrue(process.waitFor(60, TimeUnit.SECONDS));
      assertTrue(process.exitValue() != 1, Files.readString(folder.resolve("errors")));
    }
    Process last = start();
    last.inputReader(StandardCharsets.UTF_8).lines().forEach(line -> {});
    assertTrue(last.waitFor(60, TimeUnit.SECONDS));
    assertEquals(0, last.exitValue(), Files.readString(folder.resolve("errors")));
    List<String> same =
        List.of("model.safetensors", "best/model.safetensors", "log.jsonl", "eval.jsonl");
    for (String name : same) {
      assertArrayEquals(
          Files.readAllBytes(folder.resolve("whole").resolve(name)),
          Files.readAllBytes(folder.resolve("killed").resolve(name)),
          name + ", " + what);
    }
  }

  private String[] command(String out) {
    return new String[] {
      "train",
      "--json",
      "--threads",
      "1", // so small a model gains nothing from more
      "--resume",
      "--model",
      folder.resolve("model").toString(),
      "--data",
      folder.resolve("text.txt").toString(),
      "--out",
      folder.resolve(out).toString(),
      "--steps",
      Integer.toString(steps),
      "--batch-size",
      "4",
      "--lr",
      "1e-2",
      "--dropout",
      "0.2",
      "--save-every",
      "3",
      "--eval",
      "--holdout-block",
      "400",
      "--eval-every",
      "7"
    };
  }

  private Process start() throws IOException {
    return Launched.start(folder.resolve("errors"), List.of(command("killed")));
  }
}
