package dev.kernite.test.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.tokenizer.EncodeOptions;
import dev.kernite.tokenizer.Encoding;
import dev.kernite.tokenizer.Pipeline;
import dev.kernite.tokenizer.Tokenizer;
import dev.kernite.tokenizer.TokenizerException;
import dev.kernite.tokenizer.model.Bpe;
import dev.kernite.tokenizer.model.BpeOptions;
import dev.kernite.tokenizer.model.Merge;
import dev.kernite.tokenizer.model.Vocabulary;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The fields of a BPE model; the small cases are those of the tokenizers library's own tests. */
class BpeTest {
  private static Vocabulary vocabulary(String... tokens) {
    Map<String, Integer> ids = new HashMap<>();
    for (String token : tokens) {
      ids.put(token, ids.size());
    }
    return new Vocabulary(ids);
  }

  private static String encoded(Bpe bpe, String text) {
    Tokenizer tokenizer =
        new Tokenizer(new Pipeline(List.of(), null, null, bpe, null, null, EncodeOptions.PLAIN));
    Encoding encoding = tokenizer.encode(text);
    return encoding.tokens() + Arrays.deepToString(encoding.offsets());
  }

  private static BpeOptions unknown(boolean fuse, boolean bytes) {
    return new BpeOptions("<unk>", "", "", fuse, bytes, false);
  }

  @Test
  void unknownCharactersAreOneTokenEach() {
    Bpe bpe = new Bpe(vocabulary("<unk>", "a", "b"), List.of(), unknown(false, false));
    assertEquals("[<unk>][[0, 1]]", encoded(bpe, "c"));
    assertEquals("[<unk>, <unk>][[0, 1], [1, 2]]", encoded(bpe, "cc"));
    assertEquals("[a, <unk>, <unk>, b][[0, 1], [1, 2], [2, 3], [3, 4]]", encoded(bpe, "accb"));
  }

  @Test
  void unknownCharactersAreFused() {
    Bpe bpe = new Bpe(vocabulary("<unk>", "a", "b"), List.of(), unknown(true, false));
    assertEquals("[<unk>][[0, 1]]", encoded(bpe, "c"));
    assertEquals("[<unk>][[0, 2]]", encoded(bpe, "cc"));
    assertEquals("[a, <unk>, b][[0, 1], [1, 3], [3, 4]]", encoded(bpe, "accb"));
  }

  @Test
  void unknownCharactersFallBackToBytes() {
    Bpe bpe =
        new Bpe(
            vocabulary("<unk>", "<0x61>", "<0x0A>", "<0xC3>", "<0xA9>"),
            List.of(),
            unknown(false, true));
    assertEquals("[<unk>][[0, 1]]", encoded(bpe, "c"));
    assertEquals("[<0x61>][[0, 1]]", encoded(bpe, "a"));
    assertEquals("[<0x0A>][[0, 1]]", encoded(bpe, "\n"));
    assertEquals("[<0x61>, <0xC3>, <0xA9>][[0, 1], [1, 2], [1, 2]]", encoded(bpe, "aé"));
  }

  @Test
  void unknownCharactersAreLeftOutWithoutUnknownToken() {
    Bpe bpe = new Bpe(vocabulary("a", "b"), List.of(), BpeOptions.NONE);
    assertEquals("[][]", encoded(bpe, "c"));
    assertEquals("[a, b][[0, 1], [1, 2]]", encoded(bpe, "ab"));
  }

  @Test
  void anUnknownTokenThatIsMissingIsAnError() {
    Bpe bpe = new Bpe(vocabulary("a"), List.of(), unknown(false, false));
    assertThrows(TokenizerException.class, () -> encoded(bpe, "x"));
  }

  @Test
  void prefixesAndSuffixesMarkThePlaceInTheWord() {
    Bpe prefixed =
        new Bpe(
            vocabulary("a", "##b", "##c", "ab", "abc"),
            List.of(new Merge("a", "##b"), new Merge("ab", "##c")),
            new BpeOptions("[UNK]", "##", "", false, false, false));
    assertEquals("[ab][[0, 2]]", encoded(prefixed, "ab"));
    assertEquals("[abc][[0, 3]]", encoded(prefixed, "abc"));
    Bpe suffixed =
        new Bpe(
            vocabulary("a", "b</w>", "ab</w>"),
            List.of(new Merge("a", "b</w>")),
            new BpeOptions(null, "", "</w>", false, false, false));
    assertEquals("[ab</w>][[0, 2]]", encoded(suffixed, "ab"));
  }

  @Test
  void ignoreMergesTakesWholeWords() {
    List<Merge> merges = List.of(new Merge("a", "b"));
    Vocabulary vocabulary = vocabulary("a", "b", "c", "ab", "abc");
    assertEquals(
        "[ab, c][[0, 2], [2, 3]]", encoded(new Bpe(vocabulary, merges, BpeOptions.NONE), "abc"));
    BpeOptions whole = new BpeOptions(null, "", "", false, false, true);
    assertEquals("[abc][[0, 3]]", encoded(new Bpe(vocabulary, merges, whole), "abc"));
  }

  @Test
  void aMergeOfUnknownTokensIsAnError() {
    for (Merge merge : List.of(new Merge("a", "d"), new Merge("d", "a"), new Merge("b", "a"))) {
      TokenizerException e =
          assertThrows(
              TokenizerException.class,
              () -> new Bpe(vocabulary("a", "b"), List.of(merge), BpeOptions.NONE));
      assertTrue(e.getMessage().contains("vocabulary lacks"), e.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", " ", "ab", "é", "!?", "the", "\n", "漢", "'", "aA1 "})
  void pathologicalWordsTakeLittleTime(String part) {
    String text = part.repeat(1_000_000 / part.length());
    int[] ids =
        assertTimeoutPreemptively(
            Duration.ofSeconds(30), () -> Fixtures.GPT2.encodeToIds(text, false));
    assertEquals(text, Fixtures.GPT2.decode(ids, false));
  }
}
