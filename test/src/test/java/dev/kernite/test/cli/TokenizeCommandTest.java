package dev.kernite.test.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code tokenize}, against what Hugging Face tokenizers gave for the same lines. */
final class TokenizeCommandTest {
  private static final Path TOKENIZERS = Path.of("src/test/resources/fixtures/tokenizers");
  private static final String GPT2 = TOKENIZERS.resolve("gpt2").toString();
  private static final String BPE = TOKENIZERS.resolve("bpe").toString();
  private static final List<String> COMPARED =
      List.of("ids", "tokens", "offsets", "type_ids", "attention_mask", "overflowing");
  private static final ObjectMapper JSON = new ObjectMapper();

  @ParameterizedTest
  @CsvSource({
    "gpt2, encode, ''",
    "bpe, encode, ''",
    "bpe, encode_no_special, --no-special",
    "bpe, encode_pairs, ''",
    "bpe, truncate, --max-length 12",
    "bpe, truncate_overflow, --max-length 12 --stride 3",
    "bpe, pairs_longest_first, --max-length 24",
    "bpe, pairs_longest_first, --max-length 24 --truncation longest_first",
    "bpe, pairs_only_first, --max-length 24 --truncation only_first",
    "bpe, pairs_only_second, --max-length 24 --truncation only_second",
  })
  void encodesAsTheReference(String folder, String file, String flags) throws IOException {
    List<JsonNode> cases = cases(folder, file);
    cases.removeIf(expected -> expected.has("error"));
    StringBuilder input = new StringBuilder();
    for (JsonNode expected : cases) {
      ObjectNode line = JSON.createObjectNode();
      line.set("text", expected.get("text"));
      if (expected.has("pair")) {
        line.set("pair", expected.get("pair"));
      }
      input.append(line).append('\n');
    }
    List<JsonNode> results = tokenize(input.toString(), folder, flags);
    assertEquals(cases.size(), results.size());
    for (int i = 0; i < cases.size(); i++) {
      assertSame(cases.get(i), results.get(i));
    }
  }

  /** Every member that the reference has is equal; of the windows too. */
  private static void assertSame(JsonNode expected, JsonNode result) {
    for (String member : COMPARED) {
      if (!expected.has(member)) {
        continue;
      }
      if (!member.equals("overflowing")) {
        assertEquals(expected.get(member), result.get(member), () -> member + " of " + expected);
        continue;
      }
      JsonNode windows = expected.get(member);
      assertEquals(windows.size(), result.path(member).size(), () -> "windows of " + expected);
      for (int i = 0; i < windows.size(); i++) {
        assertSame(windows.get(i), result.get(member).get(i));
      }
    }
  }

  @Test
  void sequenceThatCannotBeCutFails() throws IOException {
    JsonNode bad =
        cases("bpe", "pairs_only_second").stream()
            .filter(c -> c.has("error"))
            .findFirst()
            .orElseThrow();
    Kernite run =
        Kernite.runWith(
            bad.toString(),
            ("tokenize --json --max-length 24 --truncation only_second --tokenizer " + BPE)
                .split(" "));
    assertEquals(1, run.code());
    assertTrue(run.err().startsWith("error: "), run.err());
  }

  @Test
  void linesBeforeOneThatFailsAreWritten() throws IOException {
    List<JsonNode> cases = cases("bpe", "pairs_only_second");
    JsonNode bad = cases.stream().filter(c -> c.has("error")).findFirst().orElseThrow();
    List<JsonNode> good = cases.stream().filter(c -> !c.has("error")).limit(2).toList();
    String input = good.get(0) + "\n\n" + good.get(1) + "\n" + bad + "\n" + good.get(0) + "\n";
    String flags = "--max-length 24 --truncation only_second --tokenizer " + BPE;
    Kernite run = Kernite.runWith(input, ("tokenize --json " + flags).split(" "));
    assertEquals(1, run.code());
    assertTrue(run.err().startsWith("error: standard input, line 4: "), run.err());
    List<JsonNode> results = run.out().lines().map(JSON::readTree).toList();
    assertEquals(2, results.size());
    assertSame(good.get(0), results.get(0));
    assertSame(good.get(1), results.get(1));

    // The length to pad to is not known where a line is missing.
    flags += " --padding longest";
    Kernite padded = Kernite.runWith(input, ("tokenize --json " + flags).split(" "));
    assertEquals(1, padded.code());
    assertTrue(padded.err().startsWith("error: standard input, line 4: "), padded.err());
    assertEquals("", padded.out());
  }

  @Test
  void decodesAsTheReference() throws IOException {
    List<JsonNode> cases = cases("gpt2", "decode");
    StringBuilder input = new StringBuilder();
    cases.forEach(c -> input.append("{\"ids\":").append(c.get("ids")).append("}\n"));
    List<JsonNode> all = tokenize(input.toString(), "gpt2", "--decode");
    List<JsonNode> plain = tokenize(input.toString(), "gpt2", "--decode --no-special");
    for (int i = 0; i < cases.size(); i++) {
      assertEquals(cases.get(i).get("text"), all.get(i).get("text"));
      assertEquals(cases.get(i).get("text_skip_special"), plain.get(i).get("text"));
    }
  }

  @Test
  void paddingReachesTheLongestLineTheLimitOrAMultiple() throws IOException {
    String input = "{\"text\":\"a\"}\n{\"text\":\"one two three four five\"}\n";
    List<JsonNode> unpadded = tokenize(input, "bpe", "");
    int longest = unpadded.get(1).get("ids").size();
    for (JsonNode line : tokenize(input, "bpe", "--padding longest")) {
      assertEquals(longest, line.get("ids").size());
    }
    for (JsonNode line : tokenize(input, "bpe", "--padding longest --pad-multiple 8")) {
      assertEquals(Math.ceilDiv(longest, 8) * 8, line.get("ids").size());
    }
    JsonNode first = tokenize(input, "bpe", "--padding max --max-length 20").get(0);
    assertEquals("[1,1,1" + ",0".repeat(17) + "]", first.get("attention_mask").toString());
    assertEquals("\"<pad>\"", first.get("tokens").get(19).toString());
    assertTrue(first.get("offsets").get(19).isNull());
  }

  @Test
  void withoutJsonALineIsPlainText() {
    String text = "{\"text\": no JSON}\r\n\nna\u00efve \ud83d\ude00";
    Kernite run = Kernite.runWith(text, "tokenize", "--tokenizer", GPT2);
    List<JsonNode> lines = run.out().lines().map(JSON::readTree).toList();
    assertEquals(3, lines.size());
    assertEquals(0, lines.get(1).get("ids").size());
    StringBuilder ids = new StringBuilder();
    lines.forEach(
        line -> ids.append(line.get("ids").toString().replaceAll("[\\[\\]]", "")).append('\n'));
    Kernite back = Kernite.runWith(ids.toString(), "tokenize", "--tokenizer", GPT2, "--decode");
    List<String> texts =
        back.out().lines().map(line -> JSON.readTree(line).get("text").asString()).toList();
    assertEquals(List.of("{\"text\": no JSON}", "", "na\u00efve \ud83d\ude00"), texts);
  }

  @Test
  void jsonIsAscii() {
    Kernite run =
        Kernite.runWith(
            "{\"text\":\"na\u00efve \u4e2d \ud83d\ude00\"}",
            "tokenize",
            "--tokenizer",
            BPE,
            "--json");
    assertTrue(run.out().chars().allMatch(c -> c < 0x80), run.out());
    assertTrue(run.out().contains("\\u"), run.out());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x",
        "[1]",
        "{}",
        "{\"text\":1}",
        "{\"text\":\"a\",\"pair\":[]}",
        "{\"text\":\"a\"} {",
        "{\"text\":\"a"
      })
  void malformedLineIsNamed(String line) {
    Kernite run =
        Kernite.runWith(
            "{\"text\":\"fine\"}\n\n" + line + "\n", "tokenize", "--tokenizer", BPE, "--json");
    assertEquals(1, run.code());
    assertTrue(run.err().startsWith("error: standard input, line 3: "), run.err());
    assertEquals(1, run.out().lines().count(), run.out());
    assertEquals(1, run.err().lines().count());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--stride 3",
        "--truncation only_first",
        "--padding max",
        "--pad-multiple 8",
        "--padding shortest",
        "--max-length -1",
        "--max-length 9 --truncation middle"
      })
  void optionsThatMeanNothingAreUsageErrors(String flags) {
    Kernite run = Kernite.runWith("a\n", ("tokenize --tokenizer " + BPE + " " + flags).split(" "));
    assertEquals(2, run.code(), run.err());
    assertEquals("", run.out());
  }

  private static List<JsonNode> tokenize(String input, String folder, String flags) {
    List<String> args = new ArrayList<>(List.of("tokenize", "--json", "--tokenizer"));
    args.add(TOKENIZERS.resolve(folder).toString());
    args.addAll(flags.isEmpty() ? List.of() : List.of(flags.split(" ")));
    Kernite run = Kernite.runWith(input, args.toArray(String[]::new));
    assertEquals("", run.err());
    assertEquals(0, run.code());
    return run.out().lines().map(JSON::readTree).toList();
  }

  private static List<JsonNode> cases(String folder, String file) throws IOException {
    Path path = TOKENIZERS.resolve(folder).resolve(file + ".jsonl");
    return new ArrayList<>(Files.readAllLines(path).stream().map(JSON::readTree).toList());
  }
}
