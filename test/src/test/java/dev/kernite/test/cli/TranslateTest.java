package dev.kernite.test.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.test.models.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * {@code translate} and {@code generate} with a small T5 and a vocabulary of one character a token,
 * so that what transformers generated from token ids is what a text must give.
 */
final class TranslateTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int VOCABULARY = 320;
  private static final int FIRST = 0x4E00;

  @TempDir private Path folder;
  private Map<String, JsonNode> cases;

  @BeforeEach
  void layOutTheModel() throws IOException {
    Path original = Reference.path("t5-v1.0");
    Files.copy(original.resolve("model.safetensors"), folder.resolve("model.safetensors"));
    cases = new LinkedHashMap<>();
    for (JsonNode c : JSON.readTree(original.resolve("generation.json")).get("cases")) {
      cases.put(c.get("name").stringValue(), c);
    }
    int[] source = source("beam");
    write(
        """
        "translation_en_to_de": {"prefix": "%s", "num_beams": 4, "max_length": 11}
        """
            .formatted(text(Arrays.copyOf(source, 2))));
    Files.writeString(folder.resolve("tokenizer.json"), tokenizer());
  }

  private void write(String tasks) throws IOException {
    String config = Files.readString(Reference.path("t5-v1.0").resolve("config.json"));
    int end = config.lastIndexOf('}');
    Files.writeString(
        folder.resolve("config.json"),
        config.substring(0, end).stripTrailing() + ", \"task_specific_params\": {" + tasks + "}}");
  }

  private static String tokenizer() {
    StringBuilder pieces = new StringBuilder("[\"<pad>\", 0.0], [\"</s>\", 0.0]");
    for (int id = 2; id < VOCABULARY; id++) {
      pieces.append(", [\"").append((char) (FIRST + id)).append("\", -5.0]");
    }
    return """
    {"version": "1.0", "added_tokens": [
      {"id": 0, "content": "<pad>", "special": true, "single_word": false, "lstrip": false,
       "rstrip": false, "normalized": false},
      {"id": 1, "content": "</s>", "special": true, "single_word": false, "lstrip": false,
       "rstrip": false, "normalized": false}],
     "normalizer": null, "pre_tokenizer": null, "post_processor": null, "decoder": {"type": "Fuse"},
     "model": {"type": "Unigram", "unk_id": 2, "vocab": [%s]}}
    """
        .formatted(pieces);
  }

  /** What the encoder read in a case, without padding. */
  private int[] source(String name) {
    JsonNode c = cases.get(name);
    int[] ids = ints(c.get("input_ids").get(0));
    int[] mask = ints(c.get("attention_mask").get(0));
    return IntStream.range(0, ids.length).filter(i -> mask[i] != 0).map(i -> ids[i]).toArray();
  }

  private static int[] ints(JsonNode array) {
    return IntStream.range(0, array.size()).map(i -> array.get(i).intValue()).toArray();
  }

  /** The characters of tokens; special ones have none. */
  private static String text(int[] ids) {
    StringBuilder text = new StringBuilder();
    Arrays.stream(ids).filter(id -> id > 1).forEach(id -> text.append((char) (FIRST + id)));
    return text.toString();
  }

  private JsonNode run(String... args) {
    Kernite run = Kernite.run(args);
    assertEquals(0, run.code(), run.err());
    return JSON.readTree(run.out().lines().toList().getLast());
  }

  private void requireSequence(JsonNode wanted, JsonNode line) {
    int[] ids = ints(wanted.get("sequences").get(0));
    assertArrayEquals(ids, ints(line.get("ids")), line.toString());
    assertEquals(text(ids), line.get("translation").stringValue());
  }

  @Test
  void aTextIsWhatItsTokensAreGreedily() {
    String text = text(source("greedy"));
    String[] args = {
      "translate", "--json", "--model", "" + folder, "--prefix", "", "--max-new-tokens", "16", text
    };
    JsonNode line = run(args);
    requireSequence(cases.get("greedy"), line);
    assertEquals(text, line.get("text").stringValue());
  }

  /**
   * The prefix holds the first two tokens, so the text gives the rest; beams and length as well.
   */
  @ParameterizedTest
  @CsvSource({"--from en --to de", "''"})
  void theConfigurationSaysPrefixBeamsAndLength(String options) {
    String text = text(source("beam")).substring(2);
    List<String> args = new ArrayList<>(List.of("translate", "--json", "--eos", "none"));
    args.addAll(options.isEmpty() ? List.of() : List.of(options.split(" ")));
    args.addAll(List.of("--model", "" + folder, text));
    JsonNode beam = cases.get("beam");
    JsonNode newer = beam.has("newer_convention") ? beam.get("newer_convention") : beam;
    requireSequence(newer, run(args.toArray(String[]::new)));
  }

  @Test
  void severalTextsAreEachTranslated() {
    String[] texts = {text(source("greedy")), text(source("greedy_batch"))};
    Kernite run =
        Kernite.run(
            "translate",
            "--model",
            "" + folder,
            "--prefix",
            "",
            "--max-new-tokens",
            "12",
            texts[0],
            texts[1]);
    assertEquals(0, run.code(), run.err());
    int[] first = Arrays.copyOf(ints(cases.get("greedy").get("sequences").get(0)), 13);
    int[] second = ints(cases.get("greedy_batch").get("sequences").get(0));
    assertEquals(List.of(text(first), text(second)), run.out().lines().toList());
  }

  @Test
  void generateWritesWhatItMadeOfThePrompt() {
    JsonNode line =
        run(
            "generate",
            "--json",
            "--model",
            "" + folder,
            "--max-new-tokens",
            "16",
            "--prompt",
            text(source("greedy")));
    assertArrayEquals(source("greedy"), ints(line.get("prompt_ids")));
    JsonNode sequence = line.get("sequences").get(0);
    int[] ids = ints(cases.get("greedy").get("sequences").get(0));
    assertArrayEquals(ids, ints(sequence.get("ids")));
    assertEquals(text(ids), sequence.get("text").stringValue());
  }

  @Test
  void mistakesAreNamedInOneLine() {
    String model = "" + folder;
    assertEquals(2, Kernite.run("translate", "--model", model, "--from", "en", "x").code());
    assertEquals(2, Kernite.run("translate", "--model", model).code());
    Kernite causal =
        Kernite.run("translate", "--model", "" + Reference.path("gpt2"), "--prefix", "", "x");
    assertEquals(1, causal.code());
    assertEquals(1, causal.err().lines().count(), causal.err());
    assertTrue(causal.err().contains("encoder-decoder"), causal.err());
  }
}
