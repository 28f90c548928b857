package dev.kernite.test.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.checkpoint.FileDtype;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.checkpoint.SafetensorsWriter;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** LoRA adapters as a user trains, uses and merges them. */
final class LoraCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path BASE = fixture("gpt2-finetune");
  private static final Path LORA = fixture("gpt2-lora");

  @TempDir private Path folder;

  private static Path fixture(String name) {
    try {
      return Path.of(LoraCommandTest.class.getResource("/fixtures/training/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private String[] finetune(String out, String... options) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "finetune",
                "--json",
                "--threads",
                "1",
                "--model",
                BASE.toString(),
                "--data",
                BASE.resolve("data.safetensors").toString(),
                "--out",
                folder.resolve(out).toString()));
    args.addAll(Arrays.asList(options));
    return args.toArray(String[]::new);
  }

  private Kernite ok(String... args) {
    Kernite run = Kernite.run(args);
    assertEquals(0, run.code(), run.err());
    return run;
  }

  @Test
  void goingOnWithAnAdapterMatchesTheReference() throws IOException {
    String adapter = LORA.resolve("adapter").toString();
    ok(finetune("out", "--adapter", adapter, "--lr", "5e-3", "--weight-decay", "0.01"));
    JsonNode run = JSON.readTree(LORA.resolve("run.json").toFile());
    List<String> log = Files.readAllLines(folder.resolve("out/log.jsonl"));
    assertEquals(20, log.size());
    for (int step = 0; step < 20; step++) {
      double want = run.get("loss").get(step).doubleValue();
      double got = JSON.readTree(log.get(step)).get("loss").doubleValue();
      assertTrue(Math.abs(got - want) <= 1e-5 * want, got + ", reference " + want);
    }
    try (Safetensors got = Safetensors.open(folder.resolve("out/adapter_model.safetensors"));
        Safetensors want = Safetensors.open(LORA.resolve("expected.safetensors"))) {
      assertEquals(16, got.tensors().size());
      got.tensors()
          .forEach(t -> assertClose(want, "final." + t.name(), floats(got, t.name()), 1e-5));
    }
    assertFalse(Files.exists(folder.resolve("out/model.safetensors")), "the adapter alone");
  }

  @Test
  void anAdapterBesideTheModelAndMergedIntoItComputeTheSame() throws IOException {
    Kernite run = ok(finetune("lora", "--lora-rank", "3", "--lora-alpha", "6", "--lr", "1e-2"));
    assertTrue(run.err().contains("an adapter of 768 parameters"), run.err()); // 2 x 3 x (32 + 96)
    String adapter = folder.resolve("lora").toString();
    JsonNode config = JSON.readTree(folder.resolve("lora/adapter_config.json").toFile());
    assertEquals("LORA", config.get("peft_type").stringValue());
    assertEquals(3, config.get("r").intValue());
    assertEquals(6, config.get("lora_alpha").doubleValue());
    assertEquals("[\"c_attn\"]", config.get("target_modules").toString());
    assertTrue(config.get("fan_in_fan_out").booleanValue(), "GPT-2 stores weights [in, out]");
    String merged = folder.resolve("merged").toString();
    ok("merge", "--model", BASE.toString(), "--adapter", adapter, "--out", merged);

    String generate = "generate --json --ids 1,2,3,4 --max-new-tokens 8 --model ";
    String[] beside = (generate + BASE + " --adapter " + adapter).split(" ");
    String[] alone = (generate + merged).split(" ");
    assertEquals(
        JSON.readTree(ok(beside).out()).get("sequences"),
        JSON.readTree(ok(alone).out()).get("sequences"));

    String score = "score perplexity --json --inputs " + inputs() + " --model ";
    double plain = perplexity((score + BASE).split(" "));
    double adapted = perplexity((score + BASE + " --adapter " + adapter).split(" "));
    assertEquals(adapted, perplexity((score + merged).split(" ")), 1e-4 * adapted);
    assertTrue(adapted < 0.95 * plain, "it has learnt: " + plain + " to " + adapted);
  }

  private double perplexity(String... args) {
    return JSON.readTree(ok(args).out()).get("perplexity").doubleValue();
  }

  /** The first batch that is learnt from. */
  private Path inputs() {
    Path file = folder.resolve("inputs.safetensors");
    try (Safetensors data = Safetensors.open(BASE.resolve("data.safetensors"))) {
      MemorySegment first = data.tensor("batches").data().asSlice(0, 8L * 4 * 16);
      new SafetensorsWriter().tensor("input_ids", FileDtype.I64, first, 4, 16).write(file);
    }
    return file;
  }

  @Test
  void forwardGivesTheGradientsOfTheAdapterAlone() {
    Path out = folder.resolve("out.safetensors");
    ok(
        "forward",
        "--model",
        BASE.toString(),
        "--adapter",
        LORA.resolve("adapter").toString(),
        "--grads",
        "--inputs",
        inputs().toString(),
        "--outputs",
        out.toString());
    try (Safetensors got = Safetensors.open(out);
        Safetensors want = Safetensors.open(LORA.resolve("expected.safetensors"))) {
      List<String> gradients =
          got.tensors().stream().map(t -> t.name()).filter(n -> n.startsWith("grad.")).toList();
      assertEquals(16, gradients.size());
      gradients.forEach(name -> assertClose(want, name, floats(got, name), 1e-6));
    }
  }

  @Test
  void aKilledRunResumesToTheSameBits() throws Exception {
    String[] options = {
      "--lora-rank",
      "2",
      "--lora-targets",
      "c_attn,c_fc",
      "--lora-dropout",
      "0.2",
      "--lr",
      "1e-2",
      "--save-every",
      "3",
      "--resume"
    };
    ok(finetune("whole", options));
    Process process =
        Launched.start(folder.resolve("errors"), List.of(finetune("killed", options)));
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    for (int line = 0; line < 8; line++) {
      out.readLine(); // a step each
    }
    process.destroyForcibly(); // SIGKILL
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    ok(finetune("killed", options));
    for (String name : List.of("adapter_model.safetensors", "log.jsonl")) {
      assertArrayEquals(
          Files.readAllBytes(folder.resolve("whole").resolve(name)),
          Files.readAllBytes(folder.resolve("killed").resolve(name)),
          name);
    }
  }

  @Test
  void mistakesAreNamedInOneLine() throws IOException {
    assertFails("rank must be at least 1, not 0", finetune("a", "--lora-rank", "0"));
    assertFails(
        "no layer of this model is called 'c_atn'; those that can be adapted are c_attn, c_fc,"
            + " c_proj",
        finetune("b", "--lora-rank", "2", "--lora-targets", "c_attn,c_atn"));
    assertFails("need --lora-rank", finetune("c", "--lora-alpha", "2"));
    assertFails(
        "--adapter brings",
        finetune("d", "--lora-rank", "2", "--adapter", LORA.resolve("adapter").toString()));
    assertFails("adapter_config.json: no such file", finetune("e", "--adapter", BASE.toString()));
    assertFails("alpha must be above 0", finetune("f", "--lora-rank", "2", "--lora-alpha", "-1"));

    ok(finetune("g", "--lora-rank", "2", "--steps", "1"));
    assertFails(
        "saved with --lora-alpha 2.0, this run has 3.0",
        finetune("g", "--lora-rank", "3", "--steps", "1", "--resume"));
    String adapter = folder.resolve("g").toString();
    String[] generate = {
      "generate", "--ids", "1", "--adapter", adapter, "--model", other().toString()
    };
    assertFails("adapter and model do not belong together", generate);
  }

  /** A model of other widths. */
  private Path other() throws IOException {
    Path config = Files.createDirectories(folder.resolve("other")).resolve("config.json");
    String text = Files.readString(BASE.resolve("config.json"));
    Files.writeString(config, text.replace("\"n_embd\": 32", "\"n_embd\": 16"));
    Path out = folder.resolve("other-model");
    ok(
        "train",
        "--model",
        config.toString(),
        "--data",
        BASE.resolve("data.safetensors").toString(),
        "--steps",
        "1",
        "--out",
        out.toString());
    return out;
  }

  private static void assertFails(String message, String... args) {
    Kernite run = Kernite.run(args);
    assertEquals(1, run.code(), run.err());
    List<String> errors = run.err().lines().filter(line -> line.startsWith("error: ")).toList();
    assertEquals(1, errors.size(), run.err());
    assertTrue(errors.getFirst().contains(message), errors.getFirst());
  }

  private static float[] floats(Safetensors file, String name) {
    return file.tensor(name).data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
  }

  private static void assertClose(Safetensors file, String name, float[] got, double tolerance) {
    float[] want = floats(file, name);
    assertEquals(want.length, got.length, name);
    for (int i = 0; i < want.length; i++) {
      assertTrue(Math.abs(got[i] - want[i]) <= tolerance, name + ": " + got[i] + ", " + want[i]);
    }
  }
}
