package dev.kernite.test.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** {@code train --task seq2seq}: pairs of texts in, a T5 that turns the one into the other out. */
final class Seq2SeqTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CONFIG =
      """
      {"model_type": "t5", "architectures": ["T5ForConditionalGeneration"], "vocab_size": 40,
       "d_model": 32, "d_kv": 8, "d_ff": 64, "num_heads": 4, "num_layers": 1, "dropout_rate": 0,
       "pad_token_id": 0, "eos_token_id": 1, "decoder_start_token_id": 0}
      """;
  private static final String[] WORDS = {"red", "blue", "tin", "oak", "sun"};

  @TempDir private Path folder;
  private Path model;
  private Path pairs;

  /** Two words and their exchange: nothing but attention to the source can learn it. */
  @BeforeEach
  void layOut() throws IOException {
    model = Files.createDirectories(folder.resolve("model"));
    Files.writeString(model.resolve("config.json"), CONFIG);
    List<String> learnt = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      String first = WORDS[i / 5];
      String second = WORDS[i % 5];
      learnt.add("%s %s\t%s %s".formatted(first, second, second, first));
    }
    pairs = Files.write(folder.resolve("pairs.tsv"), learnt);
    Path text = Files.writeString(folder.resolve("text.txt"), String.join(" ", WORDS).repeat(40));
    Kernite run =
        Kernite.run(
            "train-tokenizer",
            "--type",
            "unigram",
            "--data",
            "" + text,
            "--out",
            "" + model,
            "--vocab-size",
            "40");
    assertEquals(0, run.code(), run.err());
  }

  private Kernite train(String... more) {
    List<String> args =
        new ArrayList<>(
            List.of("train", "--json", "--model", "" + model, "--data", "" + pairs, "--seed", "3"));
    args.addAll(List.of("--out", "" + folder.resolve("out"), "--lr", "0.003"));
    args.addAll(List.of(more));
    return Kernite.run(args.toArray(String[]::new));
  }

  @Test
  void whatWasLearntIsWritten() {
    Kernite run = train("--eval", "" + pairs, "--steps", "300", "--batch-size", "7");
    assertEquals(0, run.code(), run.err());
    List<JsonNode> lines = run.out().lines().map(JSON::readTree).toList();
    double first = lines.getFirst().get("loss").doubleValue();
    assertTrue(first > 2, "starts by guessing: " + first);
    JsonNode end = lines.getLast();
    assertEquals(1, end.get("exact_match").doubleValue(), end.toString());
    Kernite translated =
        Kernite.run("translate", "--model", "" + folder.resolve("out"), "red oak", "sun tin");
    assertEquals(0, translated.code(), translated.err());
    assertEquals(List.of("oak red", "tin sun"), translated.out().lines().toList());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "red blue | line 2: must be two texts separated by one tab",
        "red@blue@tin | line 2: must be two texts",
        "red@ | line 2: one of its texts is empty"
      })
  void aLineThatIsNoPairIsNamed(String line, String part) throws IOException {
    Files.writeString(pairs, "a\tb\n" + line.replace('@', '\t') + "\n");
    Kernite run = train("--steps", "1");
    assertEquals(1, run.code());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().contains(part), run.err());
  }
}
