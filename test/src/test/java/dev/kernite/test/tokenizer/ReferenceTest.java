package dev.kernite.test.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.tokenizer.EncodeOptions;
import dev.kernite.tokenizer.Encoding;
import dev.kernite.tokenizer.Input;
import dev.kernite.tokenizer.Tokenizer;
import dev.kernite.tokenizer.TokenizerException;
import dev.kernite.tokenizer.Truncation;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Every line of the reference results of the Hugging Face tokenizers library, exactly. */
class ReferenceTest {
  static List<JsonNode> gpt2() {
    return Fixtures.lines("gpt2/encode.jsonl");
  }

  @ParameterizedTest
  @MethodSource("gpt2")
  void encodesAsGpt2(JsonNode line) {
    check(Fixtures.GPT2, line, EncodeOptions.PLAIN);
    assertArrayEquals(
        Fixtures.ints(line.get("ids")),
        Fixtures.GPT2.encodeToIds(line.get("text").stringValue(), true));
  }

  static List<JsonNode> gpt2Decode() {
    return Fixtures.lines("gpt2/decode.jsonl");
  }

  @ParameterizedTest
  @MethodSource("gpt2Decode")
  void decodesAsGpt2(JsonNode line) {
    int[] ids = Fixtures.ints(line.get("ids"));
    assertEquals(line.get("text").stringValue(), Fixtures.GPT2.decode(ids, false));
    assertEquals(line.get("text_skip_special").stringValue(), Fixtures.GPT2.decode(ids, true));
  }

  static List<JsonNode> roberta() {
    return Fixtures.lines("bpe/encode.jsonl");
  }

  @ParameterizedTest
  @MethodSource("roberta")
  void encodesAsRoberta(JsonNode line) {
    check(Fixtures.BPE, line, EncodeOptions.PLAIN);
    assertArrayEquals(
        Fixtures.ints(line.get("ids")),
        Fixtures.BPE.encodeToIds(line.get("text").stringValue(), true));
  }

  static List<JsonNode> withoutSpecial() {
    return Fixtures.lines("bpe/encode_no_special.jsonl");
  }

  @ParameterizedTest
  @MethodSource("withoutSpecial")
  void encodesWithoutSpecialTokens(JsonNode line) {
    check(Fixtures.BPE, line, EncodeOptions.PLAIN.addSpecialTokens(false));
    assertArrayEquals(
        Fixtures.ints(line.get("ids")),
        Fixtures.BPE.encodeToIds(line.get("text").stringValue(), false));
  }

  static List<JsonNode> pairs() {
    return Fixtures.lines("bpe/encode_pairs.jsonl");
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void encodesPairs(JsonNode line) {
    check(Fixtures.BPE, line, EncodeOptions.PLAIN);
  }

  static List<JsonNode> truncated() {
    return Fixtures.lines("bpe/truncate.jsonl");
  }

  @ParameterizedTest
  @MethodSource("truncated")
  void truncates(JsonNode line) {
    check(Fixtures.BPE, line, EncodeOptions.PLAIN.truncation(Truncation.to(12)));
  }

  static List<JsonNode> overflowing() {
    return Fixtures.lines("bpe/truncate_overflow.jsonl");
  }

  @ParameterizedTest
  @MethodSource("overflowing")
  void keepsWhatOverflowsInWindows(JsonNode line) {
    check(Fixtures.BPE, line, EncodeOptions.PLAIN.truncation(Truncation.to(12).stride(3)));
  }

  static List<JsonNode> longestFirst() {
    return Fixtures.lines("bpe/pairs_longest_first.jsonl");
  }

  @ParameterizedTest
  @MethodSource("longestFirst")
  void truncatesTheLongestFirst(JsonNode line) {
    checkPair(line, Truncation.Strategy.LONGEST_FIRST);
  }

  static List<JsonNode> onlyFirst() {
    return Fixtures.lines("bpe/pairs_only_first.jsonl");
  }

  @ParameterizedTest
  @MethodSource("onlyFirst")
  void truncatesOnlyTheFirst(JsonNode line) {
    checkPair(line, Truncation.Strategy.ONLY_FIRST);
  }

  static List<JsonNode> onlySecond() {
    return Fixtures.lines("bpe/pairs_only_second.jsonl");
  }

  @ParameterizedTest
  @MethodSource("onlySecond")
  void truncatesOnlyTheSecond(JsonNode line) {
    checkPair(line, Truncation.Strategy.ONLY_SECOND);
  }

  private static void checkPair(JsonNode line, Truncation.Strategy strategy) {
    EncodeOptions options = EncodeOptions.PLAIN.truncation(Truncation.to(24).strategy(strategy));
    if (!line.has("error")) {
      check(Fixtures.BPE, line, options);
      return;
    }
    TokenizerException e =
        assertThrows(TokenizerException.class, () -> Fixtures.BPE.encode(input(line), options));
    assertTrue(e.getMessage().contains(line.get("error").stringValue()), e.getMessage());
  }

  private static Input input(JsonNode line) {
    return new Input(
        line.get("text").stringValue(), line.has("pair") ? line.get("pair").stringValue() : null);
  }

  private static void check(Tokenizer tokenizer, JsonNode line, EncodeOptions options) {
    Encoding encoding = tokenizer.encode(input(line), options);
    check(line, encoding);
    int[] ids = encoding.ids();
    if (line.has("decoded")) {
      assertEquals(line.get("decoded").stringValue(), tokenizer.decode(ids, false));
      String skipped = line.has("decoded_skip_special") ? "decoded_skip_special" : "decoded";
      assertEquals(line.get(skipped).stringValue(), tokenizer.decode(ids, true));
    }
  }

  /** Compares everything that the line says. */
  private static void check(JsonNode line, Encoding encoding) {
    assertEquals(line.get("ids"), tree(encoding.ids()), "ids");
    if (line.has("tokens")) {
      assertEquals(line.get("tokens"), tree(encoding.tokens()), "tokens");
    }
    if (line.has("offsets")) {
      assertEquals(line.get("offsets"), tree(encoding.offsets()), "offsets");
    }
    if (line.has("type_ids")) {
      assertEquals(line.get("type_ids"), tree(encoding.typeIds()), "type_ids");
    }
    if (line.has("special_tokens_mask")) {
      assertEquals(
          line.get("special_tokens_mask"), tree(encoding.specialTokensMask()), "special mask");
    }
    if (line.has("attention_mask")) {
      assertEquals(line.get("attention_mask"), tree(encoding.attentionMask()), "attention mask");
    }
    if (line.has("sequence_ids")) {
      assertEquals(line.get("sequence_ids"), tree(encoding.sequenceIds()), "sequence_ids");
    }
    if (line.has("overflowing")) {
      assertEquals(line.get("overflowing").size(), encoding.overflowing().size(), "windows");
      for (int i = 0; i < encoding.overflowing().size(); i++) {
        check(line.get("overflowing").get(i), encoding.overflowing().get(i));
      }
    }
  }

  private static JsonNode tree(Object value) {
    return Fixtures.JSON.valueToTree(value);
  }
}
