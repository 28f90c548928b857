package dev.kernite.test.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.checkpoint.RawTensor;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.checkpoint.SafetensorsWriter;
import dev.kernite.models.checkpoint.TensorFiles;
import dev.kernite.test.bert.TinyBert;
import dev.kernite.test.models.Reference;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code score perplexity} and {@code score pseudo-perplexity}. */
final class ScorePerplexityTest {
  private static final String GPT2 = Reference.path("gpt2").toString();
  private static final String STORIES = "../models/bundled/stories";
  private static final Path FIXTURES = Reference.path("gpt2").getParent().getParent();

  @TempDir private Path folder;

  private static JsonNode json(Kernite run) {
    assertEquals(0, run.code(), run.err());
    return new JsonMapper().readTree(run.out());
  }

  private static void assertFails(int code, String message, String... args) {
    Kernite run = Kernite.run(args);
    assertEquals(code, run.code(), run.err());
    assertTrue(run.err().startsWith("error: ") && run.err().contains(message), run.err());
    assertEquals("", run.out());
  }

  private static void assertClose(JsonNode expected, JsonNode actual, double relative) {
    double want = expected.asDouble();
    assertTrue(
        Math.abs(want - actual.asDouble()) <= relative * want, () -> want + " is not " + actual);
  }

  /** The reference's own file: its sequences stand under names of their own. */
  @Test
  void sequencesOfIdsAreScoredAsTheReferenceDoes() {
    JsonNode expected = new JsonMapper().readTree(FIXTURES.resolve("metrics/perplexity.json"));
    JsonNode all =
        json(
            Kernite.run(
                "score",
                "perplexity",
                "--model",
                GPT2,
                "--window",
                "64",
                "--stride",
                "32",
                "--inputs",
                FIXTURES.resolve("metrics/perplexity.safetensors").toString(),
                "--json"));
    assertEquals(202 + 11 + 29 + 46 + 4, all.get("scored_tokens").asInt());
    JsonNode each = all.get("perplexity_per_sequence");
    assertClose(expected.get("sliding_window").get("perplexity"), each.get(0), 1e-5);
    for (int i = 0; i < 4; i++) {
      assertClose(expected.get("perplexity_per_sequence").get(i), each.get(1 + i), 1e-5);
    }
  }

  @Test
  void aLongSequenceTellsItsWindows() {
    JsonNode sliding =
        json(Kernite.run(
                "score",
                "perplexity",
                "--model",
                GPT2,
                "--inputs",
                ids(100, 100),
                "--window",
                "40",
                "--stride",
                "30",
                "--json"))
            .get("sliding_window");
    assertEquals(40, sliding.get("window").asInt());
    assertEquals(3, sliding.get("windows").size());
    assertEquals(
        99,
        sliding.get("windows").valueStream().mapToInt(w -> w.get("scored_tokens").asInt()).sum());
  }

  @Test
  void paddingIsNotScored() {
    JsonNode padded =
        json(Kernite.run("score", "perplexity", "--model", GPT2, "--inputs", ids(12, 9), "--json"));
    JsonNode alone =
        json(Kernite.run("score", "perplexity", "--model", GPT2, "--inputs", ids(9, 9), "--json"));
    assertEquals(8, padded.get("scored_tokens").asInt());
    assertEquals(alone.get("perplexity"), padded.get("perplexity"));
  }

  /** A file of ids 0, 1, 2 ..., [1, time], of which those from {@code real} on are padding. */
  private String ids(int time, int real) {
    long[] values = IntStream.range(0, time).mapToLong(i -> i).toArray();
    long[] mask = IntStream.range(0, time).mapToLong(i -> i < real ? 1 : 0).toArray();
    Path file = folder.resolve("ids" + time + ".safetensors");
    try (Arena arena = Arena.ofConfined()) {
      SafetensorsWriter writer = new SafetensorsWriter();
      TensorFiles.addLongs(writer, "input_ids", values, arena, 1, time);
      TensorFiles.addLongs(writer, "attention_mask", mask, arena, 1, time);
      writer.write(file);
    }
    return file.toString();
  }

  @Test
  void logitsNeedNoModel() {
    Path file = folder.resolve("logits.safetensors");
    try (Safetensors reference =
        Safetensors.open(FIXTURES.resolve("metrics/perplexity.safetensors"))) {
      SafetensorsWriter writer = new SafetensorsWriter();
      RawTensor logits = reference.tensor("logits.logits_f64");
      RawTensor labels = reference.tensor("logits.labels");
      writer.tensor("logits", logits.info().dtype(), logits.data(), logits.info().shape());
      writer.tensor("labels", labels.info().dtype(), labels.data(), labels.info().shape());
      writer.write(file);
    }
    JsonNode expected =
        new JsonMapper()
            .readTree(FIXTURES.resolve("metrics/perplexity.json"))
            .get("from_logits_with_ignored_labels");
    JsonNode got = json(Kernite.run("score", "perplexity", "--inputs", file.toString(), "--json"));
    assertClose(expected.get("perplexity"), got.get("perplexity"), 1e-9); // float64 all the way
    assertClose(expected.get("mean_nll"), got.get("mean_nll"), 1e-9);
  }

  @Test
  void textsHaveBitsPerByteOfWhatIsScored() throws IOException {
    String text = Files.writeString(folder.resolve("t.txt"), "The café was warm.\n").toString();
    String[] args = {"score", "perplexity", "--model", STORIES, "--file", text, "--json"};
    JsonNode plain = json(Kernite.run(args));
    String[] more = Arrays.copyOf(args, args.length + 1);
    more[args.length] = "--add-start-token";
    JsonNode started = json(Kernite.run(more));
    assertEquals(plain.get("scored_tokens").asInt() + 1, started.get("scored_tokens").asInt());
    double bits = started.get("mean_nll").asDouble() * started.get("scored_tokens").asInt();
    int bytes = "The café was warm.\n".getBytes(StandardCharsets.UTF_8).length;
    assertEquals(bits / Math.log(2) / bytes, started.get("bits_per_byte").asDouble(), 1e-12);
    double plainBits = plain.get("mean_nll").asDouble() * plain.get("scored_tokens").asInt();
    int first = "The".length(); // one token, not scored
    assertEquals(
        plainBits / Math.log(2) / (bytes - first), plain.get("bits_per_byte").asDouble(), 1e-12);
    assertTrue(
        Kernite.run("score", "perplexity", "--model", STORIES, "--file", text)
            .out()
            .matches("perplexity \\d+\\.\\d+ \\(\\d+ tokens, .* bits per byte\\)\\R"));
  }

  @Test
  void maskedModelsHaveAPseudoPerplexity() throws IOException {
    String model = TinyBert.in(folder, "bert", 320).toString();
    JsonNode two =
        json(
            Kernite.run(
                "score",
                "pseudo-perplexity",
                "--model",
                model,
                "--json",
                "the cat sleeps",
                "a dog"));
    assertEquals(5, two.get("scored_tokens").asInt());
    JsonNode each = two.get("pseudo_perplexity_per_sequence");
    assertEquals(
        Math.exp((3 * Math.log(each.get(0).asDouble()) + 2 * Math.log(each.get(1).asDouble())) / 5),
        two.get("pseudo_perplexity").asDouble(),
        1e-9 * two.get("pseudo_perplexity").asDouble());
    String file = Files.writeString(folder.resolve("t.txt"), "the cat sleeps\na dog\n").toString();
    assertEquals(
        two,
        json(
            Kernite.run("score", "pseudo-perplexity", "--model", model, "--json", "--file", file)));
    assertFails(1, "pseudo-perplexity", "score", "perplexity", "--model", model, "--file", file);
    assertFails(1, "score perplexity", "score", "pseudo-perplexity", "--model", GPT2, "a");
    assertFails(1, "too short", "score", "pseudo-perplexity", "--model", model, "");
  }

  @Test
  void badInputIsOneClearError() throws IOException {
    String ids = ids(20, 20);
    String empty = Files.createFile(folder.resolve("empty.txt")).toString();
    String t5 = Reference.path("t5-v1.0").toString();
    assertFails(2, "--file or --inputs", "score", "perplexity", "--model", GPT2);
    assertFails(2, "--model", "score", "perplexity", "--inputs", ids);
    assertFails(2, "--model", "score", "perplexity", "--file", empty);
    assertFails(2, "--file", "score", "perplexity", "--inputs", ids, "--add-start-token");
    assertFails(1, "reads one text", "score", "perplexity", "--model", t5, "--inputs", ids);
    for (String[] wrong :
        new String[][] {
          {"--window", "1"},
          {"--window", "100000"},
          {"--stride", "0"},
          {"--window", "4", "--stride", "5"}
        }) {
      String[] args = {"score", "perplexity", "--model", GPT2, "--inputs", ids};
      String[] all = Arrays.copyOf(args, args.length + wrong.length);
      System.arraycopy(wrong, 0, all, args.length, wrong.length);
      assertFails(2, "window", all);
    }
    assertFails(1, "no tokenizer", "score", "perplexity", "--model", GPT2, "--file", empty);
    assertFails(1, "text", "score", "perplexity", "--model", STORIES, "--file", empty);
    assertFails(1, "too short", "score", "perplexity", "--model", GPT2, "--inputs", ids(12, 0));
  }
}
