package dev.kernite.test.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** A classifier learns the digits that come with Kernite; a GAN's samples are judged by it. */
final class DigitsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path folder;
  private static Kernite classifier;

  @BeforeAll
  static void learnDigits() {
    classifier = train("classifier", "--epochs", "8");
  }

  private static Kernite train(String out, String... options) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "train",
                "--task",
                "digits",
                "--data",
                "mnist-small",
                "--out",
                folder.resolve(out).toString(),
                "--json"));
    args.addAll(List.of(options));
    return Kernite.run(args.toArray(String[]::new));
  }

  @Test
  void twoThousandDigitsAreEnoughForNineInTen() throws IOException {
    assertEquals(0, classifier.code(), classifier.err());
    JsonNode last = JSON.readTree(classifier.out().lines().toList().getLast());
    double accuracy = last.get("metrics").get("accuracy").doubleValue();
    assertTrue(accuracy > 0.88, () -> "accuracy " + accuracy);
    assertEquals(accuracy, last.get("accuracy").doubleValue(), "the judge's and the report's");
    Path out = folder.resolve("classifier");
    assertEquals(256, Files.readAllLines(out.resolve("log.jsonl")).size(), "8 times 32 batches");
    assertTrue(Files.readString(out.resolve("config.json")).contains("Linear(784, 512)"));
  }

  @Test
  void aClassifierResumesToTheSameBits() throws IOException {
    assertEquals(0, train("short", "--steps", "6", "--schedule", "constant").code());
    Kernite refused = train("short", "--steps", "6", "--lr", "1", "--resume");
    assertTrue(refused.err().contains("--lr"), refused.err());
    byte[] once = Files.readAllBytes(folder.resolve("short/model.safetensors"));
    assertEquals(0, train("short", "--steps", "6", "--schedule", "constant", "--resume").code());
    assertArrayEquals(once, Files.readAllBytes(folder.resolve("short/model.safetensors")));
  }

  @Test
  void aGansSamplesAreJudgedAndDrawn() throws IOException {
    Path out = folder.resolve("gan");
    String[] command = {
      "gan",
      "--data",
      "mnist-small",
      "--out",
      out.toString(),
      "--json",
      "--batch-size",
      "500",
      "--epochs",
      "2",
      "--samples",
      "10",
      "--judge",
      folder.resolve("classifier").toString(),
      "--judge-samples",
      "300"
    };
    Kernite run = Kernite.run(command);
    assertEquals(0, run.code(), run.err());
    List<String> verdicts = Files.readAllLines(out.resolve("judge.jsonl"));
    assertEquals(2, verdicts.size());
    JsonNode verdict = JSON.readTree(verdicts.getLast());
    assertEquals(8, verdict.get("step").intValue());
    double shares = 0;
    for (int digit = 0; digit < 10; digit++) {
      shares += verdict.get("share_" + digit).doubleValue();
    }
    assertEquals(1, shares, 1e-12);
    double kl = verdict.get("kl_to_uniform").doubleValue();
    assertTrue(kl >= 0 && kl <= Math.log(10), () -> "KL " + kl);
    assertTrue(verdict.get("frechet_distance").doubleValue() > 0);
    assertEquals(kl > Math.log(2), run.err().contains("mode collapse"), run.err());
    assertEquals(3, Files.readAllLines(out.resolve("judge.csv")).size());
    int side = 4 * 30 + 2; // ten images are four in a row, each with a border of two
    for (String name : List.of("samples.png", "samples/epoch-0001.png", "samples.gif")) {
      assertEquals(side, ImageIO.read(out.resolve(name).toFile()).getWidth(), name);
    }
    assertEquals(5 * 30 + 2, ImageIO.read(out.resolve("interpolation.png").toFile()).getHeight());
    Kernite again = Kernite.run(with(command, "--resume"));
    assertEquals(0, again.code(), again.err());
    assertEquals(verdicts, Files.readAllLines(out.resolve("judge.jsonl")));
  }

  private static String[] with(String[] command, String option) {
    String[] longer = Arrays.copyOf(command, command.length + 1);
    longer[command.length] = option;
    return longer;
  }

  @Test
  void mistakesAreNamedInOneLine() {
    assertFails(2, "--model", Kernite.run("train", "--data", "x", "--out", "y"));
    assertFails(1, "leave --model out", train("x", "--model", "gpt2"));
    assertFails(1, "none", train("x", "--data", folder.resolve("none").toString()));
  }

  private static void assertFails(int code, String message, Kernite run) {
    assertEquals(code, run.code(), run.err());
    List<String> errors = run.err().lines().filter(line -> line.startsWith("error: ")).toList();
    assertEquals(1, errors.size(), run.err());
    assertTrue(errors.getFirst().contains(message), errors.getFirst());
  }
}
