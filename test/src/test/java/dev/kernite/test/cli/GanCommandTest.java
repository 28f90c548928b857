package dev.kernite.test.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.checkpoint.FileDtype;
import dev.kernite.models.checkpoint.Safetensors;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** {@code gan} as a user types it. */
final class GanCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  private static Path fixture(String run, String file) {
    try {
      return Path.of(
          GanCommandTest.class.getResource("/fixtures/training/" + run + "/" + file).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private Kernite gan(String run, String... options) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "gan",
                "--data",
                fixture(run, "data.safetensors").toString(),
                "--init",
                fixture(run, "initial.safetensors").toString(),
                "--out",
                folder.resolve("out").toString()));
    args.addAll(Arrays.asList(options));
    return Kernite.run(args.toArray(String[]::new));
  }

  private static void assertOk(Kernite run) {
    assertEquals(0, run.code(), run.err());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gan-bce | --json",
        "gan-bce-4layers | --real-label 0.9 --betas 0.5,0.999",
        "gan-bce-logits | --loss bce-logits --epochs 1 --batch-size 6 --lr 2e-4",
        "gan-bce-logits | --loss BCEWithLogitsLoss --lr 1 --lr-generator 2e-4 --lr-d 2e-4",
        "gan-bce-4layers | --config RUN",
        "dcgan | --json",
        "dcgan | --config RUN",
      })
  void recordedStepsMatchTheReference(String name, String options) throws IOException {
    String given = options.replace("RUN", fixture(name, "run.json").toString());
    assertOk(gan(name, given.split(" ")));
    JsonNode losses = JSON.readTree(fixture(name, "run.json").toFile()).get("losses");
    List<String> log = Files.readAllLines(folder.resolve("out/log.jsonl"));
    assertEquals(losses.get("float64").get("g_loss").size(), log.size());
    for (int step = 0; step < log.size(); step++) {
      JsonNode line = JSON.readTree(log.get(step));
      assertEquals(step, line.get("step").intValue());
      for (String key : losses.get("float64").propertyNames()) {
        double want = losses.get("float64").get(key).get(step).doubleValue();
        double got = line.get(key).doubleValue();
        assertTrue(Math.abs(got - want) <= 1e-5 * Math.abs(want), key + ": " + got + ", " + want);
      }
    }
    assertParameters(name);
  }

  private void assertParameters(String name) {
    try (Safetensors got = Safetensors.open(folder.resolve("out/model.safetensors"));
        Safetensors samples = Safetensors.open(folder.resolve("out/samples.safetensors"));
        Safetensors want = Safetensors.open(fixture(name, "expected.safetensors"))) {
      got.tensors().stream()
          .filter(info -> info.dtype() == FileDtype.F32)
          .forEach(info -> assertClose(want, "final." + info.name(), got, info.name()));
      String wanted = want.contains("final.samples") ? "final.samples" : "final.samples_eval_mode";
      assertClose(want, wanted, samples, "samples");
    }
  }

  private static void assertClose(Safetensors want, String name, Safetensors got, String as) {
    float[] w = want.tensor(name).data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    float[] g = got.tensor(as).data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    assertEquals(w.length, g.length, name);
    for (int i = 0; i < w.length; i++) {
      assertTrue(Math.abs(g[i] - w[i]) <= 1e-6, name + ": " + g[i] + ", " + w[i]);
    }
  }

  @Test
  void theFolderHasWhatTheManualSays() throws IOException {
    Kernite run = gan("gan-bce", "--json");
    assertOk(run);
    List<String> lines = run.out().lines().toList();
    assertEquals(11, lines.size());
    assertEquals(Files.readAllLines(folder.resolve("out/log.jsonl")).get(7), lines.get(7));
    JsonNode last = JSON.readTree(lines.getLast());
    assertTrue(last.get("finished").booleanValue());
    assertEquals(10, last.get("steps").intValue());
    byte[] png = Files.readAllBytes(folder.resolve("out/loss.png"));
    assertArrayEquals(new byte[] {(byte) 0x89, 'P', 'N', 'G'}, Arrays.copyOf(png, 4));
    List<String> csv = Files.readAllLines(folder.resolve("out/loss.csv"));
    assertEquals(
        "step,d_loss,d_loss_real,d_loss_fake,g_loss,d_real_mean,d_fake_mean,d_accuracy",
        csv.getFirst());
    assertEquals(11, csv.size());
    byte[] once = Files.readAllBytes(folder.resolve("out/model.safetensors"));
    assertOk(gan("gan-bce", "--config", folder.resolve("out/config.json").toString()));
    assertArrayEquals(
        once,
        Files.readAllBytes(folder.resolve("out/model.safetensors")),
        "the configuration written says all");
  }

  @Test
  void digitsThatComeWithKerniteAreLearntFrom() throws IOException {
    Path out = folder.resolve("digits");
    Kernite run =
        Kernite.run(
            "gan",
            "--json",
            "--data",
            "mnist-small",
            "--out",
            out.toString(),
            "--steps",
            "3",
            "--batch-size",
            "16",
            "--samples",
            "9");
    assertOk(run);
    JsonNode last = JSON.readTree(run.out().lines().toList().getLast());
    double stall = last.get("input_stall_seconds").doubleValue();
    assertTrue(stall > 0 && stall < 60, last::toString); // the first batch at least
    assertTrue(run.err().contains("waited for images: "), run.err());
    assertEquals(3, Files.readAllLines(out.resolve("log.jsonl")).size());
    try (Safetensors samples = Safetensors.open(out.resolve("samples.safetensors"))) {
      assertArrayEquals(new long[] {9, 784}, samples.tensor("samples").info().shape());
    }
  }

  @Test
  void mistakesAreNamedInOneLine() throws IOException {
    assertFails(2, "--generator-lr", gan("gan-bce", "--generator-lr", "1"));
    assertFails(1, "leave --batch-size 64 out", gan("gan-bce", "--batch-size", "64"));
    assertFails(1, "'hinge' is none of bce", gan("gan-bce", "--loss", "hinge"));
    assertFails(1, "--betas takes two numbers", gan("gan-bce", "--betas", "0.5"));
    assertFails(1, "learning rate must be above 0", gan("gan-bce", "--lr", "-1"));
    assertFails(1, "from 0 to 1, not 1.5", gan("gan-bce", "--real-label", "1.5"));
    assertFails(1, "preset 'wgan' is none of", gan("gan-bce", "--preset", "wgan"));
    assertFails(1, "'generator.0.weight'", gan("gan-bce", "--preset", "mlp"));
    assertFails(
        1,
        "does not take the data's images [49]",
        gan("gan-bce", "--data", fixture("gan-bce-4layers", "data.safetensors").toString()));
    assertFails(
        1,
        "unknown tensor 'discriminator",
        gan("gan-bce", "--data", fixture("gan-bce", "initial.safetensors").toString()));
    assertFails(
        1,
        "needs the weights of one network 'generator.N.weight'",
        gan("gan-bce", "--init", fixture("gan-bce", "data.safetensors").toString()));
    for (String preset : List.of("cgan", "srgan")) {
      Path steps = fixture("gan-bce", "data.safetensors");
      Kernite run =
          Kernite.run(
              "gan", "--data", steps.toString(), "--preset", preset, "--out", folder.toString());
      assertFails(1, "learn from images, not from ready steps", run);
    }
    Files.writeString(folder.resolve("file"), "");
    assertFails(
        1, "cannot be created", gan("gan-bce", "--out", folder.resolve("file/x").toString()));
  }

  @Test
  void resumingTakesTheSameSettings() {
    assertOk(gan("gan-bce"));
    assertOk(gan("gan-bce", "--resume", "--epochs", "2"));
    assertFails(
        1,
        "saved with real_label_in_discriminator_step 1.0, this run has 0.9",
        gan("gan-bce", "--resume", "--real-label", "0.9"));
    assertFails(1, "--seed", gan("gan-bce", "--resume", "--seed", "1"));
  }

  private static void assertFails(int code, String message, Kernite run) {
    assertEquals(code, run.code(), run.err());
    List<String> errors = run.err().lines().filter(line -> line.startsWith("error: ")).toList();
    assertEquals(1, errors.size(), run.err());
    assertTrue(errors.getFirst().contains(message), errors.getFirst());
  }
}
