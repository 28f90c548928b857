package dev.kernite.test.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** GANs that are told classes, digits learnt from what they make, and GANs that enlarge. */
final class ConditionedGanTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Small enough to train in a test. */
  private static final String TOLD =
      """
      {"generator": ["Linear(14, 784)", "Tanh()", "Unflatten(1, (1, 28, 28))"],
       "discriminator": ["Conv2d(11, 2, 4, 4)", "LeakyReLU(0.2)", "Flatten()", "Linear(98, 1)"],
       "condition": {"classes": 10}, "loss": "BCEWithLogitsLoss", "batch": 20}
      """;

  private static final String ENLARGING =
      """
      {"generator": ["ConvTranspose2d(1, 1, 4, 2, 1)", "Tanh()"],
       "discriminator": ["Conv2d(1, 2, 4, 4)", "LeakyReLU(0.2)", "Flatten()", "Linear(98, 1)"],
       "condition": {"reduction": 2, "adversarial_weight": 0.01}, "loss": "BCEWithLogitsLoss",
       "batch": 20}
      """;

  @TempDir private Path folder;

  @BeforeEach
  void layConfigs() throws IOException {
    Files.writeString(folder.resolve("told.json"), TOLD);
    Files.writeString(folder.resolve("enlarging.json"), ENLARGING);
  }

  private Kernite gan(String config, String out, String... options) {
    List<String> args =
        new ArrayList<>(
            List.of("gan", "--data", "mnist-small", "--config", path(config), "--out", path(out)));
    args.addAll(List.of(options));
    return Kernite.run(args.toArray(String[]::new));
  }

  private Kernite digits(String out, String... options) {
    List<String> args =
        new ArrayList<>(
            List.of("train", "--task", "digits", "--data", "mnist-small", "--out", path(out)));
    args.addAll(List.of(options));
    return Kernite.run(args.toArray(String[]::new));
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private static void assertOk(Kernite run) {
    assertEquals(0, run.code(), run.err());
  }

  @Test
  void digitsAreLearntFromWhatAGanMakes() throws IOException {
    assertOk(gan("told.json", "gan", "--per-class", "6", "--seed", "3", "--show-every", "2"));
    assertEquals(3, Files.readAllLines(folder.resolve("gan/log.jsonl")).size(), "60 digits");
    String[] augmented = {
      "--per-class",
      "6",
      "--seed",
      "3",
      "--steps",
      "4",
      "--batch-size",
      "10",
      "--eval-every",
      "0",
      "--augment",
      path("gan"),
      "--augment-count",
      "8"
    };
    Kernite run = digits("augmented", augmented);
    assertOk(run);
    assertFalse(run.err().contains("warning: " + path("gan")), run.err());
    assertOk(digits("again", augmented));
    byte[] model = Files.readAllBytes(folder.resolve("augmented/model.safetensors"));
    assertArrayEquals(model, Files.readAllBytes(folder.resolve("again/model.safetensors")));
    assertOk(
        digits("plain", "--per-class", "6", "--seed", "3", "--steps", "4", "--batch-size", "10"));
    byte[] plain = Files.readAllBytes(folder.resolve("plain/model.safetensors"));
    assertFalse(Arrays.equals(model, plain));
    Kernite other =
        digits(
            "other", "--per-class", "6", "--seed", "4", "--steps", "1", "--augment", path("gan"));
    assertOk(other);
    assertTrue(other.err().contains("not known to have learnt from these very"), other.err());
    assertFails(
        "saved with --augment-count 8",
        digits(
            "augmented",
            "--per-class",
            "6",
            "--seed",
            "3",
            "--steps",
            "4",
            "--batch-size",
            "10",
            "--eval-every",
            "0",
            "--augment",
            path("gan"),
            "--augment-count",
            "9",
            "--resume"));
  }

  @Test
  void samplesHaveARowAClassAndAreJudgedAsTold() throws IOException {
    assertOk(digits("judge", "--steps", "60", "--eval-every", "0"));
    Kernite run =
        gan(
            "told.json",
            "gan",
            "--per-class",
            "4",
            "--steps",
            "4",
            "--samples",
            "30",
            "--judge",
            path("judge"),
            "--judge-samples",
            "100",
            "--json");
    assertOk(run);
    Path grid = folder.resolve("gan/samples.png");
    assertEquals(3 * 30 + 2, ImageIO.read(grid.toFile()).getWidth());
    assertEquals(10 * 30 + 2, ImageIO.read(grid.toFile()).getHeight());
    Path ways = folder.resolve("gan/interpolation.png");
    assertEquals(10 * 30 + 2, ImageIO.read(ways.toFile()).getHeight());
    List<String> verdicts = Files.readAllLines(folder.resolve("gan/judge.jsonl"));
    assertEquals(2, verdicts.size(), "two batches an epoch");
    double share = JSON.readTree(verdicts.getLast()).get("as_told").doubleValue();
    assertTrue(share >= 0 && share <= 1, verdicts.getLast());
    assertEquals(share, last(run).get("as_told").doubleValue());
  }

  @Test
  void enlargedDigitsAreComparedWithBicubicOnes() throws IOException {
    Kernite run = gan("enlarging.json", "large", "--steps", "5", "--judge-samples", "50", "--json");
    assertOk(run);
    JsonNode last = last(run);
    assertTrue(last.get("psnr").doubleValue() > 0, run.out());
    assertTrue(last.get("psnr_bicubic").doubleValue() > 15, run.out());
    Path strip = folder.resolve("large/enlarged.png");
    assertEquals(10 * 30 + 2, ImageIO.read(strip.toFile()).getWidth());
    assertEquals(4 * 30 + 2, ImageIO.read(strip.toFile()).getHeight());
    assertTrue(Files.exists(folder.resolve("large/judge.csv")));
    JsonNode step = JSON.readTree(Files.readAllLines(folder.resolve("large/log.jsonl")).getLast());
    assertTrue(step.get("content_loss").doubleValue() > 0, step.toString());
    assertTrue(step.get("d_loss").isNumber(), step.toString());
  }

  @Test
  void withoutAnAdversarialLossTheLogHasNoDiscriminator() throws IOException {
    Kernite run =
        gan(
            "enlarging.json",
            "large",
            "--adversarial-weight",
            "0",
            "--steps",
            "3",
            "--judge-samples",
            "10",
            "--json");
    assertOk(run);
    List<String> log = Files.readAllLines(folder.resolve("large/log.jsonl"));
    assertEquals(log, run.out().lines().limit(3).toList());
    assertTrue(JSON.readTree(log.getLast()).get("d_loss").isNull(), log.getLast());
    assertTrue(Files.exists(folder.resolve("large/loss.png")));
    assertFails(
        "saved with condition",
        gan("enlarging.json", "large", "--steps", "4", "--judge-samples", "10", "--resume"));
  }

  @Test
  @Tag("slow")
  void thePresetDrawsTheDigitsItIsAskedFor() {
    assertOk(digits("judge", "--epochs", "8"));
    Kernite run =
        Kernite.run(
            "gan",
            "--preset",
            "cgan",
            "--data",
            "mnist-small",
            "--per-class",
            "100",
            "--steps",
            "600",
            "--show-every",
            "100",
            "--judge",
            path("judge"),
            "--judge-samples",
            "1000",
            "--out",
            path("gan"),
            "--json");
    assertOk(run);
    double share = last(run).get("as_told").doubleValue();
    assertTrue(share > 0.7, () -> "as told: " + share);
  }

  @Test
  @Tag("slow")
  void thePresetThatEnlargesBeatsBicubicByFar() {
    Kernite run =
        Kernite.run(
            "gan",
            "--preset",
            "srgan",
            "--adversarial-weight",
            "0",
            "--data",
            "mnist-small",
            "--steps",
            "400",
            "--show-every",
            "100",
            "--out",
            path("large"),
            "--json");
    assertOk(run);
    double gain = last(run).get("psnr").doubleValue() - last(run).get("psnr_bicubic").doubleValue();
    assertTrue(gain > 2, () -> "decibels gained: " + gain);
  }

  private static JsonNode last(Kernite run) {
    return JSON.readTree(run.out().lines().toList().getLast());
  }

  @Test
  void mistakesAreNamedInOneLine() {
    assertFails("multiple of 10", gan("told.json", "x", "--samples", "64", "--steps", "1"));
    assertFails("--per-class must be at least 1", gan("told.json", "x", "--per-class", "0"));
    assertFails("has 200 items, 201", gan("told.json", "x", "--per-class", "201"));
    assertFails("networks that enlarge", gan("told.json", "x", "--adversarial-weight", "1"));
    assertFails("weights of at least 0", gan("enlarging.json", "x", "--adversarial-weight", "-1"));
    assertFails("shown every 0 epochs", gan("told.json", "x", "--show-every", "0"));
    assertFails("--augment-count needs", digits("x", "--augment-count", "5"));
    assertFails("none", digits("x", "--augment", path("none")));
    assertOk(gan("enlarging.json", "large", "--steps", "1", "--judge-samples", "1"));
    assertFails("not told one of 10 classes", digits("x", "--augment", path("large")));
    assertFails(
        "are for --task digits",
        Kernite.run("train", "--data", "x", "--out", path("y"), "--per-class", "5"));
  }

  private static void assertFails(String message, Kernite run) {
    assertEquals(1, run.code(), run.err());
    List<String> errors = run.err().lines().filter(line -> line.startsWith("error: ")).toList();
    assertEquals(1, errors.size(), run.err());
    assertTrue(errors.getFirst().contains(message), errors.getFirst());
  }
}
