package dev.kernite.test.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.kernite.tokenizer.Input;
import dev.kernite.tokenizer.Tokenizer;
import dev.kernite.tokenizer.TokenizerException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Files that are wrong give one clear error, soon, and never another exception. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class MalformedFilesTest {
  /** A small tokenizer that has something of everything. */
  private static final String EVERYTHING =
      """
      {"version": "1.0",
       "truncation": {"direction": "Right", "max_length": 9, "strategy": "LongestFirst", "stride": 1},
       "padding": {"strategy": {"Fixed": 6}, "direction": "Left", "pad_to_multiple_of": 4,
                   "pad_id": 0, "pad_type_id": 0, "pad_token": "<pad>"},
       "added_tokens": [
         {"id": 0, "content": "<pad>", "single_word": false, "lstrip": true, "rstrip": false,
          "normalized": false, "special": true},
         {"id": 7, "content": "new", "single_word": true, "lstrip": false, "rstrip": true,
          "normalized": true, "special": false}],
       "normalizer": {"type": "Sequence", "normalizers": [
         {"type": "NFKC"}, {"type": "Lowercase"}, {"type": "Prepend", "prepend": "a"},
         {"type": "Strip", "strip_left": true, "strip_right": false},
         {"type": "Replace", "pattern": {"Regex": "x+"}, "content": "b"}]},
       "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
         {"type": "Split", "pattern": {"String": "-"}, "behavior": "Isolated", "invert": false},
         {"type": "Punctuation", "behavior": "Isolated"},
         {"type": "Digits", "individual_digits": true},
         {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true}]},
       "post_processor": {"type": "Sequence", "processors": [
         {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
         {"type": "TemplateProcessing",
          "single": [{"SpecialToken": {"id": "<pad>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
          "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
          "special_tokens": {"<pad>": {"id": "<pad>", "ids": [0], "tokens": ["<pad>"]}}}]},
       "decoder": {"type": "Sequence", "decoders": [
         {"type": "ByteFallback"}, {"type": "Fuse"},
         {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
       "model": {"type": "BPE", "dropout": null, "unk_token": "<pad>",
         "continuing_subword_prefix": "", "end_of_word_suffix": "", "fuse_unk": true,
         "byte_fallback": false, "ignore_merges": false,
         "vocab": {"<pad>": 0, "a": 1, "b": 2, "Ġ": 3, "ab": 4, "Ġab": 5, "c": 6},
         "merges": ["a b", ["Ġ", "ab"]]}}
      """;

  /** The same with the parts of the other families. */
  private static final List<String> OTHERS =
      List.of(
          """
          {"type": "WordPiece", "unk_token": "<pad>", "continuing_subword_prefix": "##",
           "max_input_chars_per_word": 9, "vocab": {"<pad>": 0, "a": 1, "##b": 2}}
          """,
          """
          {"type": "Unigram", "unk_id": 0, "byte_fallback": true,
           "vocab": [["<pad>", 0.0], ["a", -1.5], ["ab", -2], ["<0x78>", -3e2]]}
          """,
          """
          {"type": "WordLevel", "unk_token": "<pad>", "vocab": {"<pad>": 0, "ab": 1}}
          """);

  private static final String BERT_NORMALIZER =
      """
      {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
       "strip_accents": null, "lowercase": true}
      """;

  private static final Logger LOG =
      Logger.getLogger("dev.kernite.tokenizer.file.TokenizerJsonReader");

  @TempDir Path folder;

  @BeforeAll
  static void silence() {
    LOG.setLevel(Level.OFF); // it warns of ids, rightly
  }

  @AfterAll
  static void listenAgain() {
    LOG.setLevel(null);
  }

  private Path file(String name, byte[] content) throws IOException {
    return Files.write(folder.resolve(name), content);
  }

  private Path file(String name, String content) throws IOException {
    return file(name, content.getBytes(StandardCharsets.UTF_8));
  }

  /** Loads and uses a tokenizer; what is wrong must be told by a TokenizerException. */
  private static String failure(Path path) {
    try {
      Tokenizer tokenizer = Tokenizer.load(path);
      tokenizer.vocabSize();
      for (String text : List.of("", "Ab xé-new 12", "abcabcabcabc<pad> new")) {
        int[] ids = tokenizer.encode(text).ids();
        tokenizer.decode(ids, true);
        tokenizer.encode(Input.of(text), tokenizer.pipeline().options());
        tokenizer.encode(text, text);
        tokenizer.encodeToIds(text, true);
      }
      return null;
    } catch (TokenizerException e) {
      assertNotNull(e.getMessage());
      assertFalse(e.getMessage().isBlank());
      return e.getMessage();
    } catch (RuntimeException | Error e) {
      return fail("not a TokenizerException: " + e, e);
    }
  }

  @Test
  void theTokenizerOfTheseTestsIsRight() throws IOException {
    assertEquals(null, failure(file("tokenizer.json", EVERYTHING)));
    Tokenizer tokenizer = Tokenizer.load(folder);
    assertEquals(
        "[0, 0, 0, 0, 0, 5, 3, 2]", // four to fill up to 8, one of the template, " ab", " ", "b"
        Arrays.toString(tokenizer.encode("b x").ids()));
  }

  @Test
  void everyTruncationOfTokenizerJsonIsAnError() throws IOException {
    byte[] whole = EVERYTHING.strip().getBytes(StandardCharsets.UTF_8);
    for (int n = 0; n < whole.length; n++) {
      Path cut = file("tokenizer.json", Arrays.copyOf(whole, n));
      String message = failure(cut);
      assertNotNull(message, "cut at " + n);
      assertTrue(message.startsWith(cut.toString()), message);
    }
  }

  @Test
  void everyValueOfAnotherTypeIsAnErrorOrHarmless() throws IOException {
    replaceEach(Fixtures.JSON.readTree(EVERYTHING), 100);
  }

  @Test
  void everyValueOfTheOtherModelsToo() throws IOException {
    for (String model : OTHERS) {
      ObjectNode tree = Fixtures.JSON.readTree(EVERYTHING).asObject();
      tree.set("model", Fixtures.JSON.readTree(model));
      tree.set("normalizer", Fixtures.JSON.readTree(BERT_NORMALIZER));
      tree.set("pre_tokenizer", Fixtures.JSON.readTree("{\"type\": \"BertPreTokenizer\"}"));
      tree.set(
          "decoder",
          Fixtures.JSON.readTree(
              "{\"type\": \"WordPiece\", \"prefix\": \"#\", \"cleanup\": true}"));
      tree.set("added_tokens", Fixtures.JSON.readTree("[]"));
      assertEquals(null, failure(file("tokenizer.json", tree.toString())));
      replaceEach(tree, 50);
    }
  }

  private void replaceEach(JsonNode tree, int values) throws IOException {
    List<String> pointers = new ArrayList<>();
    collect(tree, "", pointers);
    assertTrue(pointers.size() > values);
    String[] others = {
      "null", "true", "-1", "3", "1e99", "99999999999", "\"\"", "\"x\"", "[]", "{}"
    };
    int errors = 0;
    for (String pointer : pointers) {
      for (String other : others) {
        JsonNode copy = tree.deepCopy();
        replace(copy, pointer, Fixtures.JSON.readTree(other));
        String message = failure(file("tokenizer.json", copy.toString()));
        errors += message == null ? 0 : 1;
      }
      JsonNode copy = tree.deepCopy();
      replace(copy, pointer, null);
      failure(file("tokenizer.json", copy.toString()));
    }
    assertTrue(errors > pointers.size() * 4, errors + " errors");
  }

  private static void collect(JsonNode node, String pointer, List<String> pointers) {
    if (!pointer.isEmpty()) {
      pointers.add(pointer);
    }
    if (node instanceof ObjectNode object) {
      object.properties().forEach(e -> collect(e.getValue(), pointer + "/" + e.getKey(), pointers));
    } else if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        collect(array.get(i), pointer + "/" + i, pointers);
      }
    }
  }

  /** Puts {@code value} at {@code pointer}, or removes what is there. */
  private static void replace(JsonNode tree, String pointer, JsonNode value) {
    int slash = pointer.lastIndexOf('/');
    JsonNode parent = tree.at(pointer.substring(0, slash));
    String key = pointer.substring(slash + 1);
    if (parent instanceof ArrayNode array) {
      int i = Integer.parseInt(key);
      if (value == null) {
        array.remove(i);
      } else {
        array.set(i, value);
      }
    } else if (value == null) {
      ((ObjectNode) parent).remove(key);
    } else {
      ((ObjectNode) parent).set(key, value);
    }
  }

  @Test
  void flippedBytesAreAnErrorOrHarmless() throws IOException {
    byte[] whole = EVERYTHING.getBytes(StandardCharsets.UTF_8);
    java.util.Random random = new java.util.Random(7);
    for (int n = 0; n < 1000; n++) {
      byte[] flipped = whole.clone();
      flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
      failure(file("tokenizer.json", flipped));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"merges\": [\"a b\"         | \"merges\": [\"a z\"          | z",
        "\"merges\": [\"a b\"         | \"merges\": [\"a b c\"        | merges[0]",
        "\"merges\": [\"a b\"         | \"merges\": [\"ab\"           | merges[0]",
        "\"merges\": [\"a b\"         | \"merges\": [[\"a\"]          | merges[0]",
        "\"merges\": [\"a b\"         | \"merges\": [\"b a\"          | ba",
        "\"b\": 2                     | \"b\": 1                      | both have id 1",
        "\"b\": 2                     | \"b\": -2                     | negative",
        "\"b\": 2                     | \"b\": 99999999999            | vocab.b",
        "\"b\": 2                     | \"b\": 2.5                    | vocab.b",
        "\"b\": 2                     | \"a\": 2                      | twice",
        "\"type\": \"BPE\"            | \"type\": \"WordGuess\"       | WordGuess",
        "\"dropout\": null            | \"dropout\": 0.1              | dropout",
        "\"type\": \"NFKC\"           | \"type\": \"Precompiled\"     | precompiled_charsmap",
        "\"type\": \"Digits\"         | \"type\": \"UnicodeScribes\"  | UnicodeScribes",
        "\"type\": \"Fuse\"           | \"type\": \"XYZ\"             | XYZ",
        "\"Regex\": \"x+\"            | \"Regex\": \"(x\"             | (x",
        "\"version\": \"1.0\"         | \"version\": \"2.0\"          | 2.0",
        "\"ids\": [0]                 | \"ids\": [0, 1]               | 2 ids for 1 tokens",
        "\"SpecialToken\": {\"id\": \"<pad>\" | \"SpecialToken\": {\"id\": \"<x>\" | <x>",
        "\"stride\": 1                | \"stride\": 9                 | stride",
        "\"Fixed\": 6                 | \"Fixed\": 2000000000        | 2000000000",
        "\"pad_to_multiple_of\": 4    | \"pad_to_multiple_of\": 2000000000 | 2000000000",
        "\"max_length\": 9            | \"max_length\": -9            | max length",
        "\"Isolated\", \"invert\"     | \"Isolate\", \"invert\"       | Isolate"
      })
  void theErrorNamesWhatIsWrong(String right, String wrong, String named) throws IOException {
    assertTrue(EVERYTHING.contains(right), right);
    String message = failure(file("tokenizer.json", EVERYTHING.replace(right, wrong)));
    assertNotNull(message);
    assertTrue(message.contains(named), message);
  }

  @Test
  void hugeIdsAndDeepNestingCostLittle() throws IOException {
    assertEquals(
        null, failure(file("tokenizer.json", EVERYTHING.replace("\"c\": 6", "\"c\": 2147483646"))));
    String nested = "{\"model\": " + "[".repeat(100_000) + "]".repeat(100_000) + "}";
    assertNotNull(failure(file("tokenizer.json", nested)));
    String sequences = "{\"type\":\"Sequence\",\"normalizers\":[".repeat(400) + "]}".repeat(400);
    failure(
        file(
            "tokenizer.json",
            EVERYTHING
                .replace("\"normalizer\": {", "\"n\": {")
                .replaceFirst("\\{", "{\"normalizer\": " + sequences + ", ")));
  }

  @Test
  void everyTruncationOfVocabularyAndMergesIsAnErrorOrFewerMerges() throws IOException {
    String vocabulary = "{\"a\": 0, \"b\": 1, \"Ġ\": 2, \"ab\": 3, \"Ġab\": 4}";
    String merges = "#version: 0.2\na b\nĠ ab\n";
    file("vocab.json", vocabulary);
    file("merges.txt", merges);
    assertEquals(null, failure(folder));
    byte[] bytes = vocabulary.getBytes(StandardCharsets.UTF_8);
    for (int n = 0; n < bytes.length; n++) {
      assertNotNull(failure(file("vocab.json", Arrays.copyOf(bytes, n))), "cut at " + n);
    }
    file("vocab.json", vocabulary);
    bytes = merges.getBytes(StandardCharsets.UTF_8);
    for (int n = 0; n < bytes.length; n++) {
      file("merges.txt", Arrays.copyOf(bytes, n));
      failure(folder);
    }
    for (String wrong : List.of("a b c", "ab", "a  b", "a x", "b a")) {
      file("merges.txt", "#version: 0.2\n" + wrong + "\n");
      String message = failure(folder);
      assertNotNull(message, wrong);
      assertTrue(message.contains("merges.txt"), message);
    }
    for (String wrong : List.of("[]", "{\"a\": \"x\"}", "{\"a\": 0, \"b\": 0}", "1", "{} {}")) {
      String message = failure(file("vocab.json", wrong));
      assertNotNull(message, wrong);
      assertTrue(message.contains("vocab.json"), message);
    }
  }

  @Test
  void whatIsNotThereOrNotSupportedIsSaidSo() throws IOException {
    assertTrue(failure(folder).contains("no tokenizer.json"));
    assertTrue(failure(folder.resolve("none")).contains("no such file"));
    file("vocab.json", "{}");
    assertTrue(failure(folder.resolve("vocab.json")).contains("merges.txt"));
    file("spiece.model", "x");
    assertTrue(failure(folder).contains("spiece.model"));
    file("vocab.txt", "x");
    assertTrue(failure(folder.resolve("vocab.txt")).contains("[SEP]"));
    assertTrue(failure(file("pieces.bin", "x")).contains("files of this kind"));
  }

  @Test
  void aHugeFileIsRefusedBeforeItIsRead() throws IOException {
    for (String name : List.of("tokenizer.json", "vocab.txt", "r50k_base.tiktoken")) {
      Path huge = folder.resolve(name);
      try (RandomAccessFile sparse = new RandomAccessFile(huge.toFile(), "rw")) {
        sparse.setLength(1L << 33);
      }
      assertTrue(failure(huge).contains("more than the limit"), name);
      Files.delete(huge);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tokenizer.json", "vocab.json"})
  void aByteOrderMarkOrOtherEncodingIsAnErrorOrRead(String name) throws IOException {
    file("merges.txt", "#version: 0.2\n");
    file(name, EVERYTHING.getBytes(StandardCharsets.UTF_16LE));
    failure(folder);
    file(name, "\uFEFF{\"a\":0}");
    failure(folder);
  }
}
