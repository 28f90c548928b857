package dev.kernite.test.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.checkpoint.FileDtype;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.checkpoint.SafetensorsWriter;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** {@code train} of encoders: {@code --task classify} and {@code --task masked-lm}. */
final class TrainEncoderTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> GOOD = List.of("fine", "lovely", "superb", "warm");
  private static final List<String> BAD = List.of("awful", "dull", "flat", "grim");
  private static final List<String> PLAIN =
      List.of("the", "film", "is", "a", "plot", "and", "cast");

  @TempDir private Path folder;

  private static Path fixture(String name) {
    try {
      return Path.of(
          TrainEncoderTest.class.getResource("/fixtures/training/bert-finetune/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Kernite run(List<String> first, String... more) {
    List<String> args = new ArrayList<>(first);
    args.addAll(Arrays.asList(more));
    return Kernite.run(args.toArray(String[]::new));
  }

  private static void assertOk(Kernite run) {
    assertEquals(0, run.code(), run.err());
  }

  private static void assertFails(String message, Kernite run) {
    assertEquals(1, run.code(), run.err());
    assertTrue(run.err().contains(message), run.err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "--task classify"})
  void finetuningABertMatchesTheReference(String task) throws IOException {
    List<String> args =
        new ArrayList<>(
            List.of("finetune", "--model", fixture("config.json").getParent().toString()));
    args.addAll(task.isEmpty() ? List.of() : List.of(task.split(" ")));
    Path out = folder.resolve("out");
    assertOk(
        run(
            args,
            "--data",
            fixture("data.safetensors").toString(),
            "--out",
            out.toString(),
            "--lr",
            "2e-3",
            "--weight-decay",
            "0.01",
            "--decay-all"));
    JsonNode losses = JSON.readTree(fixture("runs.json").toFile()).get("loss_float64");
    List<String> log = Files.readAllLines(out.resolve("log.jsonl"));
    assertEquals(15, log.size());
    for (int step = 0; step < 15; step++) {
      double want = losses.get(step).doubleValue();
      double got = JSON.readTree(log.get(step)).get("loss").doubleValue();
      assertTrue(Math.abs(got - want) <= 1e-5 * want, step + ": " + got + ", " + want);
    }
    try (Safetensors got = Safetensors.open(out.resolve("model.safetensors"));
        Safetensors want = Safetensors.open(fixture("final_adamw.safetensors"))) {
      assertEquals(want.tensors().size(), got.tensors().size());
      want.tensors().stream()
          .filter(info -> !info.name().endsWith("attention.self.key.bias")) // noise: the README
          .forEach(
              info -> {
                float[] g = floats(got, info.name());
                float[] w = floats(want, info.name());
                for (int i = 0; i < w.length; i++) {
                  assertTrue(Math.abs(g[i] - w[i]) <= 1e-5, info.name());
                }
              });
    }
  }

  private static float[] floats(Safetensors file, String name) {
    return file.tensor(name).data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
  }

  /** A configuration, a vocabulary, and no weights. */
  private Path model(String architecture) throws IOException {
    Path model = Files.createDirectories(folder.resolve("model"));
    List<String> vocabulary =
        new ArrayList<>(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"));
    vocabulary.addAll(GOOD);
    vocabulary.addAll(BAD);
    vocabulary.addAll(PLAIN);
    Files.write(model.resolve("vocab.txt"), vocabulary);
    Files.writeString(
        model.resolve("config.json"),
        """
        {"model_type": "bert", "architectures": ["%s"], "vocab_size": %d, "hidden_size": 16,
         "num_attention_heads": 2, "num_hidden_layers": 1, "intermediate_size": 32,
         "max_position_embeddings": 24, "kept": [1, 2]}
        """
            .formatted(architecture, vocabulary.size()));
    return model;
  }

  /** Sentences of plain words with one that tells the class. */
  private List<String> sentences(List<String> telling, int n, long seed) {
    Random random = new Random(seed);
    List<String> sentences = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      StringBuilder text = new StringBuilder(telling.get(random.nextInt(telling.size())));
      for (int word = random.nextInt(1, 9); word > 0; word--) {
        String plain = PLAIN.get(random.nextInt(PLAIN.size()));
        text = random.nextBoolean() ? text.append(' ' + plain) : text.insert(0, plain + ' ');
      }
      sentences.add(text.toString());
    }
    return sentences;
  }

  private Path reviews() throws IOException {
    Path data = Files.createDirectories(folder.resolve("data"));
    Files.write(data.resolve("positive.txt"), sentences(GOOD, 120, 1));
    Files.write(data.resolve("negative.txt"), sentences(BAD, 120, 2));
    return data;
  }

  private List<String> classifyArgs(Path data, String out) throws IOException {
    return List.of(
        "finetune",
        "--task",
        "classify",
        "--model",
        model("BertModel").toString(),
        "--data",
        data.toString(),
        "--out",
        folder.resolve(out).toString(),
        "--lr",
        "1e-2",
        "--schedule",
        "linear",
        "--warmup-steps",
        "6",
        "--clip",
        "1",
        "--weight-decay",
        "0.01",
        "--epochs",
        "5",
        "--eval-every",
        "12",
        "--seed",
        "3");
  }

  @Test
  void aClassifierLearnsIsReportedAndClassifies() throws IOException {
    Kernite run = run(classifyArgs(reviews(), "out"), "--json");
    assertOk(run);
    List<String> lines = run.out().lines().toList();
    assertEquals(24 * 5 + 1, lines.size(), "192 of 240 texts are learned from, 8 a step");
    JsonNode last = JSON.readTree(lines.getLast());
    JsonNode metrics = last.get("metrics");
    assertEquals("test", metrics.get("part").stringValue());
    assertEquals(24, metrics.get("texts").intValue());
    assertTrue(metrics.get("accuracy").doubleValue() >= 0.95, metrics::toString);
    assertTrue(last.get("accuracy").doubleValue() >= 0.95, last::toString);
    assertTrue(last.hasNonNull("fit") && last.hasNonNull("fit_reason"), last::toString);
    assertTrue(run.err().contains("taken for"), run.err());
    Path out = folder.resolve("out");
    assertEquals(metrics, JSON.readTree(out.resolve("metrics.json").toFile()));
    assertEquals(
        "actual,negative,positive", Files.readAllLines(out.resolve("confusion.csv")).getFirst());
    for (String png : List.of("loss.png", "confusion.png")) {
      byte[] bytes = Files.readAllBytes(out.resolve(png));
      assertArrayEquals(new byte[] {(byte) 0x89, 'P', 'N', 'G'}, Arrays.copyOf(bytes, 4), png);
    }
    JsonNode config = JSON.readTree(out.resolve("config.json").toFile());
    assertEquals("{\"0\":\"negative\",\"1\":\"positive\"}", config.get("id2label").toString());
    assertEquals("[\"BertForSequenceClassification\"]", config.get("architectures").toString());
    assertEquals("[1,2]", config.get("kept").toString(), "what it does not know stays");
    assertTrue(Files.exists(out.resolve("vocab.txt")));

    Kernite classified =
        Kernite.run(
            "classify", "--json", "--model", out.toString(), "a lovely plot", "the cast is dull");
    assertOk(classified);
    List<String> labels =
        classified.out().lines().map(l -> JSON.readTree(l).get("label").stringValue()).toList();
    assertEquals(List.of("positive", "negative"), labels);

    // Fine-tuning what was fine-tuned begins where that ended.
    Kernite again =
        run(classifyArgs(folder.resolve("data"), "again"), "--model", out.toString(), "--json");
    assertOk(again);
    double first =
        JSON.readTree(again.out().lines().findFirst().orElseThrow()).get("loss").doubleValue();
    assertTrue(first < 0.1, "not the ln 2 of guessing: " + first);
  }

  @Test
  void aRunIsReproducibleAndIsResumedWithItsSettings() throws IOException {
    Path data = folder.resolve("data.jsonl");
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      lines.add("{\"text\":\"%s\",\"label\":\"up\"}".formatted(sentences(GOOD, 40, 5).get(i)));
      lines.add("{\"text\":\"%s\",\"label\":\"down\"}".formatted(sentences(BAD, 40, 6).get(i)));
    }
    Files.write(data, lines);
    List<String> files =
        List.of("model.safetensors", "log.jsonl", "eval.jsonl", "metrics.json", "loss.csv");
    assertOk(run(classifyArgs(data, "a"), "--steps", "20", "--accumulate", "3"));
    assertOk(run(classifyArgs(data, "b"), "--steps", "20", "--accumulate", "3"));
    for (String file : files) {
      assertArrayEquals(bytes("a", file), bytes("b", file), file);
    }
    assertFails(
        "was saved with --lr 0.01, this run has 0.1",
        run(
            classifyArgs(data, "a"),
            "--steps",
            "20",
            "--accumulate",
            "3",
            "--resume",
            "--lr",
            "0.1"));
  }

  private byte[] bytes(String out, String file) throws IOException {
    return Files.readAllBytes(folder.resolve(out).resolve(file));
  }

  @Test
  void aMaskedLanguageModelLearnsAndFillsMasks() throws IOException {
    // Every word over and over: what is masked is what stands around it.
    List<String> words = new ArrayList<>(PLAIN);
    words.addAll(GOOD);
    words.addAll(BAD);
    Random random = new Random(2);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 150; i++) {
      lines.add((words.get(random.nextInt(words.size())) + " ").repeat(60));
    }
    Path text = Files.write(folder.resolve("text.txt"), lines);
    Kernite run =
        run(
            List.of("train", "--model", model("BertForMaskedLM").toString()),
            "--data",
            text.toString(),
            "--out",
            folder.resolve("out").toString(),
            "--steps",
            "250",
            "--batch-size",
            "16",
            "--lr",
            "1e-2",
            "--weight-decay",
            "0.01",
            "--dropout",
            "0",
            "--schedule",
            "linear",
            "--warmup-steps",
            "10",
            "--eval",
            "--holdout-block",
            "500",
            "--eval-every",
            "60",
            "--json");
    assertOk(run);
    List<String> printed = run.out().lines().toList();
    double first = JSON.readTree(printed.getFirst()).get("loss").doubleValue();
    double guessing = Math.log(20);
    assertTrue(Math.abs(first - guessing) < 0.3, "starts at guessing: " + first);
    double heldOut = JSON.readTree(printed.getLast()).get("eval_loss").doubleValue();
    assertTrue(heldOut < guessing / 3, "far better than guessing: " + heldOut);
    Kernite filled =
        Kernite.run(
            "fill-mask",
            "--json",
            "--model",
            folder.resolve("out").toString(),
            "dull dull dull [MASK] dull dull dull");
    assertOk(filled);
    JsonNode best = JSON.readTree(filled.out()).get("masks").get(0).get("candidates").get(0);
    assertEquals("dull", best.get("token").stringValue(), filled.out());
  }

  /** Batches without labels. */
  private String ids() {
    Path file = folder.resolve("ids.safetensors");
    try (Arena arena = Arena.ofConfined()) {
      SafetensorsWriter writer = new SafetensorsWriter();
      writer.tensor("input_ids", FileDtype.I64, arena.allocate(8L * 2 * 3), 1, 2, 3).write(file);
    }
    return file.toString();
  }

  @Test
  void mistakesAreNamedInOneLine() throws IOException {
    Path data = reviews();
    Path bare = model("BertModel");
    List<String> args =
        List.of(
            "train",
            "--model",
            bare.toString(),
            "--out",
            folder.resolve("out").toString(),
            "--data",
            data.toString());
    assertFails("give --task", run(args));
    assertFails("its model learns masked-lm or classify", run(args, "--task", "causal-lm"));
    assertEquals(2, run(args, "--task", "sing").code());
    assertFails(
        "ready batches are masked already", run(args, "--task", "masked-lm", "--data", ids()));
    assertFails("cannot hold out", run(args, "--task", "classify", "--test-split", "0.95"));
    assertFails(
        "early stopping needs held-out data",
        run(args, "--task", "classify", "--validation-split", "0", "--early-stopping"));
    assertFalse(Files.exists(folder.resolve("out/model.safetensors")));
  }
}
