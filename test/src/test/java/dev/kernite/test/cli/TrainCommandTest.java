package dev.kernite.test.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.checkpoint.FileDtype;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.tokenizer.Tokenizer;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** {@code train} and {@code train-tokenizer} as a user types them. */
final class TrainCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CONFIG =
      """
      {"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "vocab_size": 300,
       "n_positions": 16, "n_embd": 16, "n_layer": 1, "n_head": 2, "eos_token_id": 0}
      """;

  @TempDir private Path folder;

  private static Path fixture(String name) {
    try {
      return Path.of(
          TrainCommandTest.class.getResource("/fixtures/training/gpt2-finetune/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private Kernite run(String command, String... options) {
    List<String> args = new ArrayList<>(List.of(command));
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
        "adam | --optimizer adam --lr 1e-3",
        "adamw | --optimizer adamw --lr 1e-3 --weight-decay 0.01 --decay-all",
        "adamw_warmup_linear_clip | --lr 3e-3 --weight-decay 0.1 --decay-all --warmup-steps 4"
            + " --schedule linear --clip 1",
        "adamw_cosine_accum2 | --lr 1e-3 --betas 0.9,0.95 --eps 1e-6 --weight-decay 0.01"
            + " --decay-all --warmup-steps 4 --schedule cosine --accumulate 2",
        "sgd_momentum | --optimizer sgd --lr 0.05 --momentum 0.9",
      })
  void finetuneMatchesTheReference(String name, String options) throws IOException {
    List<String> args =
        new ArrayList<>(
            List.of(
                "--model",
                fixture("config.json").getParent().toString(),
                "--data",
                fixture("data.safetensors").toString(),
                "--out",
                folder.resolve("out").toString()));
    args.addAll(List.of(options.split(" ")));
    assertOk(run("finetune", args.toArray(String[]::new)));
    JsonNode reference = reference(name);
    List<String> log = Files.readAllLines(folder.resolve("out/log.jsonl"));
    assertEquals(20, log.size());
    for (int step = 0; step < 20; step++) {
      JsonNode line = JSON.readTree(log.get(step));
      assertEquals(List.of("step", "loss", "grad_norm", "lr"), List.copyOf(line.propertyNames()));
      assertEquals(step, line.get("step").intValue());
      close(line.get("loss"), reference.get("float64").get("loss").get(step), 1e-5);
      close(line.get("lr"), reference.get("float32").get("lr").get(step), 1e-9);
    }
    assertFinalParameters(name);
  }

  private static JsonNode reference(String name) {
    for (JsonNode each : JSON.readTree(fixture("runs.json").toFile()).get("runs")) {
      if (each.get("name").stringValue().equals(name)) {
        return each;
      }
    }
    throw new IllegalStateException(name);
  }

  private static void close(JsonNode got, JsonNode want, double relative) {
    double w = want.doubleValue();
    assertTrue(Math.abs(got.doubleValue() - w) <= relative * Math.abs(w), got + ", " + want);
  }

  private void assertFinalParameters(String name) {
    try (Safetensors got = Safetensors.open(folder.resolve("out/model.safetensors"));
        Safetensors want = Safetensors.open(fixture("final_" + name + ".safetensors"))) {
      want.tensors()
          .forEach(
              info -> {
                float[] g = floats(got, info.name());
                float[] w = floats(want, info.name());
                boolean bias = info.name().endsWith("c_attn.bias"); // its key part is noise
                for (int i = 0; i < w.length; i++) {
                  boolean noise = bias && i / (w.length / 3) == 1;
                  assertTrue(noise || Math.abs(g[i] - w[i]) <= 1e-5, info.name());
                }
              });
    }
  }

  private static float[] floats(Safetensors file, String name) {
    return file.tensor(name).data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
  }

  private void layAModel() throws IOException {
    Files.writeString(folder.resolve("text.txt"), "the cat sat on the mat. ".repeat(400));
    Path model = Files.createDirectories(folder.resolve("model"));
    Files.writeString(model.resolve("config.json"), CONFIG);
    Kernite run =
        run(
            "train-tokenizer",
            "--data",
            folder.resolve("text.txt").toString(),
            "--out",
            model.toString(),
            "--vocab-size",
            "300",
            "--json");
    assertOk(run);
    // The text has only so many pairs to merge: 257 + the words of one sentence.
    int size = JSON.readTree(run.out()).get("vocab_size").intValue();
    assertTrue(size > 257 && size <= 300, run.out());
  }

  private Kernite train(String... options) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "--model",
                folder.resolve("model").toString(),
                "--data",
                folder.resolve("text.txt").toString(),
                "--out",
                folder.resolve("out").toString(),
                "--batch-size",
                "4"));
    args.addAll(Arrays.asList(options));
    return run("train", args.toArray(String[]::new));
  }

  @Test
  void aFreshModelLearnsAndIsWrittenWithAllThatBelongsToIt() throws IOException {
    layAModel();
    Kernite run =
        train(
            "--steps",
            "30",
            "--lr",
            "1e-2",
            "--eval",
            "--holdout-block",
            "400",
            "--eval-every",
            "10",
            "--dtype",
            "bf16",
            "--json");
    assertOk(run);
    List<String> lines = run.out().lines().toList();
    assertEquals(31, lines.size());
    assertEquals(
        Files.readAllLines(folder.resolve("out/log.jsonl")).get(7),
        lines.get(7),
        "--json prints what the log records");
    JsonNode last = JSON.readTree(lines.getLast());
    assertTrue(last.get("finished").booleanValue());
    double bits = last.get("bits_per_byte").doubleValue();
    assertTrue(bits > 0 && bits < 1, "a repeated sentence is soon known: " + bits);
    assertEquals(3, Files.readAllLines(folder.resolve("out/eval.jsonl")).size());
    byte[] png = Files.readAllBytes(folder.resolve("out/loss.png"));
    assertArrayEquals(new byte[] {(byte) 0x89, 'P', 'N', 'G'}, Arrays.copyOf(png, 4));
    List<String> csv = Files.readAllLines(folder.resolve("out/loss.csv"));
    assertEquals("step,loss,grad_norm,lr", csv.getFirst());
    assertEquals(31, csv.size());
    for (String name : List.of("config.json", "tokenizer.json")) {
      assertEquals(
          Files.readString(folder.resolve("model").resolve(name)),
          Files.readString(folder.resolve("out").resolve(name)));
    }
    try (Safetensors weights = Safetensors.open(folder.resolve("out/model.safetensors"))) {
      assertTrue(weights.tensors().stream().allMatch(t -> t.dtype() == FileDtype.BF16));
    }
  }

  @Test
  void aConfigurationFileStartsAfreshToo() throws IOException {
    layAModel();
    assertOk(train("--model", folder.resolve("model/config.json").toString(), "--steps", "1"));
    byte[] first = Files.readAllBytes(folder.resolve("out/model.safetensors"));
    assertOk(train("--steps", "1"));
    assertArrayEquals(first, Files.readAllBytes(folder.resolve("out/model.safetensors")));
    assertOk(train("--steps", "1", "--seed", "1"));
    byte[] other = Files.readAllBytes(folder.resolve("out/model.safetensors"));
    assertTrue(!Arrays.equals(first, other), "another seed, other weights");
  }

  @Test
  void epochsCountPassesOverTheText() throws IOException {
    layAModel();
    Kernite one = train("--epochs", "1", "--json");
    Kernite two = train("--epochs", "2.5", "--json");
    long steps = one.out().lines().count() - 1;
    assertTrue(steps > 1);
    assertEquals((long) Math.ceil(2.5 * steps), two.out().lines().count() - 1);
  }

  @Test
  void theOtherTypesOfTokenizerAreTrainedToo() throws IOException {
    Path text = folder.resolve("text.txt");
    Files.writeString(text, "The cat sat on the mat. ".repeat(400));
    for (String type : List.of("wordpiece", "unigram")) {
      Path out = folder.resolve(type);
      assertOk(
          run(
              "train-tokenizer",
              "--type",
              type,
              "--data",
              text.toString(),
              "--out",
              out.toString(),
              "--vocab-size",
              "50"));
      Tokenizer tokenizer = Tokenizer.load(out);
      assertTrue(tokenizer.vocabSize() <= 50);
      String mark = type.equals("unigram") ? "▁cat" : "cat";
      assertTrue(tokenizer.encode("the cat").tokens().contains(mark), type);
    }
    String[] rest = {"--data", text.toString(), "--out", folder.toString()};
    assertFails(2, "--cased", Kernite.run(with(rest, "train-tokenizer", "--cased")));
    assertFails(
        2,
        "--min-frequency",
        Kernite.run(with(rest, "train-tokenizer", "--type", "unigram", "--min-frequency", "3")));
    assertFails(
        1,
        "too small",
        Kernite.run(with(rest, "train-tokenizer", "--type", "wordpiece", "--vocab-size", "9")));
  }

  private static String[] with(String[] rest, String... first) {
    return Stream.of(first, rest).flatMap(Arrays::stream).toArray(String[]::new);
  }

  /** As the usual example does it: a line a row, Adam, the average loss of each epoch. */
  @Test
  void linesAreRowsAndEachEpochHasItsAverage() throws IOException {
    layAModel();
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 10; i++) {
      lines.append("the cat sat on the mat. ".repeat(i % 3 + 1)).append("\n\n");
    }
    Files.writeString(folder.resolve("text.txt"), lines);
    String[] options = {"--rows", "lines", "--optimizer", "adam", "--epochs", "5", "--lr", "1e-2"};
    Kernite run = train(with(options, "--json"));
    assertOk(run);
    List<JsonNode> out = run.out().lines().map(JSON::readTree).toList();
    assertEquals(5 * 3 + 1, out.size(), "ten rows are three batches of four");
    JsonNode epochs = out.getLast().get("epoch_losses");
    assertEquals(5, epochs.size());
    for (int epoch = 0; epoch < 5; epoch++) {
      double sum = 0;
      for (int i = 0; i < 3; i++) {
        sum += out.get(3 * epoch + i).get("loss").doubleValue();
      }
      assertEquals(sum / 3, epochs.get(epoch).doubleValue(), 1e-12);
    }
    assertTrue(epochs.get(4).doubleValue() < epochs.get(0).doubleValue() - 0.5, epochs::toString);
    assertTrue(run.err().contains("epoch 5: average loss"), run.err());

    Kernite padded = train(with(options, "--json", "--labels-include-padding"));
    assertOk(padded);
    assertTrue(!padded.out().equals(run.out()), "padding has labels");
    assertFails(1, "--labels-include-padding", train(with(options, "--resume")));
    assertFails(2, "--rows", train("--rows", "pages"));
  }

  @Test
  void mistakesAreNamedInOneLine() throws IOException {
    layAModel();
    assertFails(2, "--schedule", train("--schedule", "square"));
    assertFails(2, "--learning-rate", train("--learning-rate", "1"));
    assertFails(1, "no such file", train("--data", folder.resolve("none.txt").toString()));
    assertFails(1, "--max-length must be from 2 to", train("--max-length", "17"));
    assertFails(1, "--accumulate from 1", train("--accumulate", "5"));
    assertFails(1, "fewer than 20 blocks", train("--eval"));
    assertFails(1, "a batch of 4000", train("--batch-size", "4000"));
    assertFails(1, "betas must be in [0, 1)", train("--betas", "0.9,1.5"));
    assertFails(1, "need tensor cores", train("--precision", "bf16", "--device", "cpu"));
    assertFails(
        1, "too small", run("train-tokenizer", "--data", "x", "--out", "y", "--vocab-size", "200"));
  }

  private static void assertFails(int code, String message, Kernite run) {
    assertEquals(code, run.code(), run.err());
    List<String> errors = run.err().lines().filter(line -> line.startsWith("error: ")).toList();
    assertEquals(1, errors.size(), run.err());
    assertTrue(errors.getFirst().contains(message), errors.getFirst());
  }

  @Test
  void aModelOfAnotherKindOfDataIsRefusedOnResume() throws IOException {
    layAModel();
    assertOk(train("--steps", "2"));
    assertFails(1, "--lr", train("--steps", "2", "--lr", "1", "--resume"));
    Files.writeString(folder.resolve("text.txt"), "the cat sat on the hat. ".repeat(400));
    assertFails(1, "--data (checksum)", train("--steps", "2", "--resume"));
  }
}
