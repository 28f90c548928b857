package dev.kernite.test.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.tokenizer.EncodeOptions;
import dev.kernite.tokenizer.Encoding;
import dev.kernite.tokenizer.Input;
import dev.kernite.tokenizer.Padding;
import dev.kernite.tokenizer.Pipeline;
import dev.kernite.tokenizer.Tokenizer;
import dev.kernite.tokenizer.TokenizerException;
import dev.kernite.tokenizer.Truncation;
import dev.kernite.tokenizer.Truncation.Strategy;
import dev.kernite.tokenizer.normalizer.BertNormalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Every line of the reference results of the Hugging Face tokenizers library, exactly. */
class ReferenceTest {
  private static final EncodeOptions PLAIN = EncodeOptions.PLAIN;
  private static final EncodeOptions BARE = PLAIN.addSpecialTokens(false);

  /** The lines of a file as arguments: where, with what, how, what. */
  private static Stream<Arguments> lines(String file, Tokenizer tokenizer, EncodeOptions options) {
    List<JsonNode> lines = Fixtures.lines(file);
    return IntStream.range(0, lines.size())
        .mapToObj(i -> Arguments.of(file + ":" + (i + 1), tokenizer, options, lines.get(i)));
  }

  private static Tokenizer bert(boolean clean, boolean chinese, Boolean accents, boolean lower) {
    Pipeline p = Fixtures.BERT.pipeline();
    return new Tokenizer(
        new Pipeline(
            p.addedTokens(),
            new BertNormalizer(clean, chinese, accents, lower),
            p.preTokenizer(),
            p.model(),
            p.postProcessor(),
            p.decoder(),
            p.options()));
  }

  static Stream<Arguments> texts() {
    return Stream.of(
            lines("gpt2/encode.jsonl", Fixtures.GPT2, PLAIN),
            lines("bpe/encode.jsonl", Fixtures.BPE, PLAIN),
            lines("bpe/encode_no_special.jsonl", Fixtures.BPE, BARE),
            lines("unigram/encode.jsonl", Fixtures.UNIGRAM, PLAIN),
            lines("unigram/encode_no_special.jsonl", Fixtures.UNIGRAM, BARE),
            lines("bert/encode.jsonl", Fixtures.BERT, PLAIN),
            lines("bert/encode_no_special.jsonl", Fixtures.BERT, BARE),
            lines("bert/encode_cased.jsonl", bert(true, true, null, false), PLAIN),
            lines("bert/encode_lower-keep-accents.jsonl", bert(true, true, false, true), PLAIN),
            lines("bert/encode_raw.jsonl", bert(false, false, true, false), PLAIN))
        .flatMap(s -> s);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("texts")
  void encodesAndDecodes(String where, Tokenizer tokenizer, EncodeOptions options, JsonNode line) {
    check(tokenizer, line, options);
    int[] ids = Fixtures.ints(line.get("ids"));
    String text = line.get("text").stringValue();
    assertArrayEquals(ids, tokenizer.encodeToIds(text, options.addSpecialTokens()));
    assertArrayEquals(
        ids, tokenizer.encodeBatchToIds(List.of(text, "x"), options.addSpecialTokens()).get(0));
  }

  static Stream<Arguments> pairsAndWindows() {
    return Stream.of("bpe", "bert", "unigram").flatMap(ReferenceTest::pairsOf);
  }

  private static Stream<Arguments> pairsOf(String folder) {
    Tokenizer tokenizer = Fixtures.tokenizer(folder);
    Truncation pairs = Truncation.to(24);
    return Stream.of(
            lines(folder + "/encode_pairs.jsonl", tokenizer, PLAIN),
            lines(folder + "/truncate.jsonl", tokenizer, PLAIN.truncation(Truncation.to(12))),
            lines(
                folder + "/truncate_overflow.jsonl",
                tokenizer,
                PLAIN.truncation(Truncation.to(12).stride(3))),
            lines(folder + "/pairs_longest_first.jsonl", tokenizer, PLAIN.truncation(pairs)),
            lines(
                folder + "/pairs_only_first.jsonl",
                tokenizer,
                PLAIN.truncation(pairs.strategy(Strategy.ONLY_FIRST))),
            lines(
                folder + "/pairs_only_second.jsonl",
                tokenizer,
                PLAIN.truncation(pairs.strategy(Strategy.ONLY_SECOND))))
        .flatMap(s -> s);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void pairsAndWindows(String where, Tokenizer tokenizer, EncodeOptions options, JsonNode line) {
    if (!line.has("error")) {
      check(tokenizer, line, options);
      return;
    }
    TokenizerException e =
        assertThrows(TokenizerException.class, () -> tokenizer.encode(input(line), options));
    assertTrue(e.getMessage().contains(line.get("error").stringValue()), e.getMessage());
  }

  static Stream<Arguments> batches() {
    Tokenizer bert = Fixtures.BERT;
    return Stream.of(
            lines("bert/batch_pad_longest.jsonl", bert, PLAIN.padding(Padding.longest())),
            lines(
                "bert/batch_pad_to_max.jsonl",
                bert,
                PLAIN.truncation(Truncation.to(20)).padding(Padding.to(20))),
            lines(
                "bert/batch_pad_multiple.jsonl",
                bert,
                PLAIN.padding(Padding.longest().multipleOf(8))),
            lines(
                "bert/batch_pairs_pad_longest.jsonl",
                bert,
                PLAIN.truncation(Truncation.to(32)).padding(Padding.longest())))
        .flatMap(s -> s);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void batches(String where, Tokenizer tokenizer, EncodeOptions options, JsonNode line) {
    List<Input> inputs = new ArrayList<>();
    for (JsonNode text : line.path("texts")) {
      inputs.add(Input.of(text.stringValue()));
    }
    for (JsonNode pair : line.path("pairs")) {
      inputs.add(new Input(pair.get(0).stringValue(), pair.get(1).stringValue()));
    }
    List<Encoding> encodings = tokenizer.encodeBatch(inputs, options);
    assertEquals(line.get("encodings").size(), encodings.size());
    for (int i = 0; i < encodings.size(); i++) {
      check(line.get("encodings").get(i), encodings.get(i));
    }
  }

  static Stream<Arguments> decoded() {
    return Stream.of("gpt2", "bert", "unigram")
        .flatMap(folder -> lines(folder + "/decode.jsonl", Fixtures.tokenizer(folder), PLAIN));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void decoded(String where, Tokenizer tokenizer, EncodeOptions options, JsonNode line) {
    int[] ids = Fixtures.ints(line.get("ids"));
    assertEquals(line.get("text").stringValue(), tokenizer.decode(ids, false));
    assertEquals(line.get("text_skip_special").stringValue(), tokenizer.decode(ids, true));
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
