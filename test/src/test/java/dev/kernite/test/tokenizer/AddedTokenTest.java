package dev.kernite.test.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kernite.tokenizer.AddedToken;
import dev.kernite.tokenizer.EncodeOptions;
import dev.kernite.tokenizer.Encoding;
import dev.kernite.tokenizer.Pipeline;
import dev.kernite.tokenizer.Tokenizer;
import dev.kernite.tokenizer.decoder.ByteLevelDecoder;
import dev.kernite.tokenizer.normalizer.Lowercase;
import dev.kernite.tokenizer.normalizer.Normalizer;
import dev.kernite.tokenizer.pretokenizer.ByteLevel;
import dev.kernite.tokenizer.processor.ByteLevelProcessor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Added tokens on the vocabulary of GPT-2, as in the tokenizers library's own tests. */
class AddedTokenTest {
  private static Tokenizer tokenizer(
      boolean prefixSpace, boolean trim, Normalizer normalizer, AddedToken... added) {
    return new Tokenizer(
        new Pipeline(
            List.of(added),
            normalizer,
            new ByteLevel(prefixSpace, true, true),
            Fixtures.GPT2.pipeline().model(),
            new ByteLevelProcessor(true, trim, true),
            new ByteLevelDecoder(),
            EncodeOptions.PLAIN));
  }

  private static AddedToken token(
      String content, boolean singleWord, boolean lstrip, boolean rstrip, boolean normalized) {
    return new AddedToken(content, singleWord, lstrip, rstrip, normalized, true);
  }

  private static List<String> tokens(Tokenizer tokenizer, String text) {
    return tokenizer.encode(text).tokens();
  }

  private static String offsets(Tokenizer tokenizer, String text) {
    return Arrays.deepToString(tokenizer.encode(text).offsets());
  }

  @Test
  void lstripTakesTheSpacesOnTheLeft() {
    Tokenizer tokenizer = tokenizer(true, false, null, token("<mask>", false, true, false, false));
    String text = "I saw a <mask> 😺";
    assertEquals(List.of("ĠI", "Ġsaw", "Ġa", " <mask>", "ĠðŁĺ", "º"), tokens(tokenizer, text));
    assertEquals("[[0, 1], [1, 5], [5, 7], [7, 14], [14, 16], [15, 16]]", offsets(tokenizer, text));
    assertEquals("[0, 0, 0, 0, 0, 0]", Arrays.toString(tokenizer.encode(text).specialTokensMask()));
  }

  @Test
  void rstripTakesTheSpacesOnTheRight() {
    AddedToken mask = token("<mask>", false, false, true, false);
    String text = "I saw a <mask> 😺";
    assertEquals(
        List.of("I", "Ġsaw", "Ġa", "Ġ", "<mask> ", "ðŁĺ", "º"),
        tokens(tokenizer(false, false, null, mask), text));
    assertEquals(
        List.of("ĠI", "Ġsaw", "Ġa", "Ġ", "<mask> ", "ĠðŁĺ", "º"),
        tokens(tokenizer(true, false, null, mask), text));
  }

  @Test
  void singleWordsAreNotFoundInsideWords() {
    AddedToken single = token("ing", true, false, false, false);
    AddedToken any = token("ing", false, false, false, false);
    assertEquals(
        List.of("I", "Ġlike", "Ġdancing"),
        tokens(tokenizer(false, false, null, single), "I like dancing"));
    assertEquals(
        List.of("I", "Ġlike", "Ġd", "anc", "ing"),
        tokens(tokenizer(false, false, null, any), "I like dancing"));
    assertEquals(
        List.of("ing", "Ġ", "ing", "!"), tokens(tokenizer(false, false, null, single), "ing ing!"));
  }

  @Test
  void ofOverlappingTokensTheLeftmostLongestWins() {
    List<String> contents = List.of("danc", "nci", "ing");
    AddedToken[] added = contents.stream().map(AddedToken::special).toArray(AddedToken[]::new);
    assertEquals(
        List.of("I", "Ġlike", "Ġ", "danc", "ing"),
        tokens(tokenizer(false, false, null, added), "I like dancing"));
    assertEquals(
        List.of("Ġ", "dancing"),
        tokens(
            tokenizer(
                false, false, null, AddedToken.special("danc"), AddedToken.special("dancing")),
            " dancing"));
  }

  @Test
  void offsetsAreTrimmed() {
    String text = "Hello there, how are you?";
    assertEquals(
        "[[0, 5], [5, 11], [11, 12], [12, 16], [16, 20], [20, 24], [24, 25]]",
        offsets(tokenizer(true, false, null), text));
    assertEquals(
        "[[0, 5], [6, 11], [11, 12], [13, 16], [17, 20], [21, 24], [24, 25]]",
        offsets(tokenizer(true, true, null), text));
  }

  @Test
  void pairsHaveOffsetsAndTypesOfTheirOwn() {
    Encoding pair = tokenizer(true, true, null).encode("My name is Anthony", "What is my name?");
    assertEquals(
        "[[0, 2], [3, 7], [8, 10], [11, 18], [0, 4], [5, 7], [8, 10], [11, 15], [15, 16]]",
        Arrays.deepToString(pair.offsets()));
    assertEquals("[0, 0, 0, 0, 1, 1, 1, 1, 1]", Arrays.toString(pair.typeIds()));
    assertEquals("[0, 0, 0, 0, 1, 1, 1, 1, 1]", Arrays.toString(pair.sequenceIds()));
  }

  @Test
  void normalizedTokensAreFoundInTheNormalizedText() {
    Tokenizer normalized =
        tokenizer(false, false, new Lowercase(), token("[DAY]", false, false, false, true));
    assertEquals(List.of("a", "Ġ", "[day]", "b"), tokens(normalized, "A [DAY]b"));
    assertEquals(List.of("a", "Ġ", "[day]", "b"), tokens(normalized, "A [day]b"));
    Tokenizer exact =
        tokenizer(false, false, new Lowercase(), token("[DAY]", false, false, false, false));
    assertEquals(List.of("a", "Ġ", "[DAY]", "b"), tokens(exact, "A [DAY]B"));
    assertEquals(List.of("a", "Ġ[", "day", "]", "b"), tokens(exact, "A [day]b"));
  }

  @Test
  void newTokensGetTheNextIds() {
    Tokenizer tokenizer =
        tokenizer(
            false,
            false,
            null,
            AddedToken.special("<cls>"),
            AddedToken.special("hello"),
            AddedToken.special("<new>"));
    assertEquals(50257, tokenizer.tokenToId("<cls>"));
    assertEquals(31373, tokenizer.tokenToId("hello"));
    assertEquals(50258, tokenizer.tokenToId("<new>"));
    assertEquals(50259, tokenizer.vocabSize());
    assertEquals("<new>", tokenizer.idToToken(50258));
    assertEquals(null, tokenizer.idToToken(50259));
    assertEquals(-1, tokenizer.tokenToId("no such token"));
  }
}
