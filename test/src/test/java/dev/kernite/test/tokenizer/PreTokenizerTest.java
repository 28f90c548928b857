package dev.kernite.test.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.tokenizer.TokenizerException;
import dev.kernite.tokenizer.pretokenizer.ByteLevel;
import dev.kernite.tokenizer.pretokenizer.Delimiter;
import dev.kernite.tokenizer.pretokenizer.Digits;
import dev.kernite.tokenizer.pretokenizer.FixedLength;
import dev.kernite.tokenizer.pretokenizer.Gpt2Scanner;
import dev.kernite.tokenizer.pretokenizer.Metaspace;
import dev.kernite.tokenizer.pretokenizer.PreTokenizer;
import dev.kernite.tokenizer.pretokenizer.PreTokenizerSequence;
import dev.kernite.tokenizer.pretokenizer.Punctuation;
import dev.kernite.tokenizer.pretokenizer.Split;
import dev.kernite.tokenizer.pretokenizer.SplitBehavior;
import dev.kernite.tokenizer.pretokenizer.UnicodeScripts;
import dev.kernite.tokenizer.pretokenizer.Whitespace;
import dev.kernite.tokenizer.pretokenizer.WhitespaceSplit;
import dev.kernite.tokenizer.text.AlignedText;
import dev.kernite.tokenizer.text.Pieces;
import dev.kernite.tokenizer.text.SearchPattern;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pre-tokenizers on the examples of the tokenizers library's documentation and tests. */
class PreTokenizerTest {
  private static List<String> cut(PreTokenizer preTokenizer, String text) {
    Pieces pieces = preTokenizer.cut(Pieces.of(AlignedText.of(text)));
    List<String> shown = new ArrayList<>();
    for (int p = 0; p < pieces.count(); p++) {
      shown.add(pieces.text().string(pieces.start(p), pieces.end(p)));
    }
    return shown;
  }

  @Test
  void scriptsPartAndSpacesGoWithWhatIsBefore() {
    UnicodeScripts scripts = new UnicodeScripts();
    assertEquals(List.of("どこで生れた", "。", "Yes"), cut(scripts, "どこで生れた。Yes"));
    assertEquals(List.of("Apples are ", "りんご 林檎"), cut(scripts, "Apples are りんご 林檎"));
    assertEquals(List.of("カー", "b", "\u0301", "c"), cut(scripts, "カーb\u0301c"));
    assertEquals(List.of("a  b"), cut(scripts, " a  b"));
    assertEquals(List.of(), cut(scripts, "  "));
  }

  @Test
  void piecesOfOneLength() {
    assertEquals(List.of("Hello", " worl", "d"), cut(new FixedLength(5), "Hello world"));
    assertEquals(List.of("ab"), cut(new FixedLength(Integer.MAX_VALUE), "ab"));
    assertThrows(TokenizerException.class, () -> new FixedLength(0));
  }

  /** Where each piece is in the original text. */
  private static List<String> places(PreTokenizer preTokenizer, String text) {
    Pieces pieces = preTokenizer.cut(Pieces.of(AlignedText.of(text)));
    List<String> shown = new ArrayList<>();
    for (int p = 0; p < pieces.count(); p++) {
      shown.add(pieces.text().from(pieces.start(p)) + "-" + pieces.text().to(pieces.end(p) - 1));
    }
    return shown;
  }

  @ParameterizedTest
  @CsvSource({
    "REMOVED, the|final|countdown",
    "ISOLATED, the|-|final|-|-|countdown",
    "MERGED_WITH_PREVIOUS, the-|final-|-|countdown",
    "MERGED_WITH_NEXT, the|-final|-|-countdown",
    "CONTIGUOUS, the|-|final|--|countdown"
  })
  void splitsAsItsBehaviorSays(SplitBehavior behavior, String expected) {
    List<String> words = List.of(expected.split("\\|"));
    assertEquals(
        words, cut(new Split(SearchPattern.literal("-"), behavior, false), "the-final--countdown"));
    assertEquals(
        words, cut(new Split(SearchPattern.regex("-"), behavior, false), "the-final--countdown"));
  }

  @Test
  void invertedSplitKeepsWhatMatches() {
    Split words = new Split(SearchPattern.regex("\\w+"), SplitBehavior.REMOVED, true);
    assertEquals(List.of("How", "are", "you"), cut(words, "How are, you?"));
    assertEquals(List.of("0-3", "4-7", "9-12"), places(words, "How are, you?"));
  }

  @Test
  void splitByTheExpressionOfGpt2IsByteLevelWithoutTheBytes() {
    Split gpt2 =
        new Split(SearchPattern.regex(Gpt2Scanner.EXPRESSION), SplitBehavior.ISOLATED, false);
    Split slow =
        new Split(
            SearchPattern.regex("(?:" + Gpt2Scanner.EXPRESSION + ")"),
            SplitBehavior.ISOLATED,
            false);
    String text = "Hello my  friend, how's your day going?\n\n 42 ÉÀ😺";
    assertEquals(cut(slow, text), cut(gpt2, text));
    assertEquals("Hello", cut(gpt2, text).get(0));
  }

  @Test
  void byteLevelCutsAndWritesBytes() {
    ByteLevel byteLevel = new ByteLevel(false, true, true);
    assertEquals(
        List.of("Hello", "Ġmy", "Ġfriend", ",", "Ġhow", "Ġis", "Ġyour", "Ġday", "Ġgoing", "?"),
        cut(byteLevel, "Hello my friend, how is your day going?"));
    assertEquals(List.of("i", "âŃ¢", "j"), cut(byteLevel, "i⭢j"));
    assertEquals(List.of("0-1", "1-2", "2-3"), places(byteLevel, "i⭢j"));
  }

  @Test
  void byteLevelGivesTheFirstWordASpace() {
    assertEquals(List.of("ĠHello", "Ġyou"), cut(new ByteLevel(true, true, true), "Hello you"));
    assertEquals(List.of("ĠHello", "Ġyou"), cut(new ByteLevel(true, true, true), " Hello you"));
    assertEquals(List.of("0-5", "5-9"), places(new ByteLevel(true, true, true), "Hello you"));
    assertEquals(List.of("HelloĠyou"), cut(new ByteLevel(false, true, false), "Hello you"));
  }

  @Test
  void whitespaceCutsWordsAndPunctuation() {
    assertEquals(
        List.of("How", "are", "you", "doing", "?!"), cut(new Whitespace(), "How are you doing?!"));
    assertEquals(List.of("0-3", "4-5"), places(new Whitespace(), "Hey !"));
    assertEquals(List.of(), cut(new Whitespace(), " \n "));
    assertEquals(List.of("Hey", "man!"), cut(new WhitespaceSplit(), "Hey  man! "));
  }

  @Test
  void punctuationAndDigitsAreCutOut() {
    assertEquals(
        List.of("Hey friend", "!", "     How are you", "?", "!", "?"),
        cut(new Punctuation(SplitBehavior.ISOLATED), "Hey friend!     How are you?!?"));
    assertEquals(
        List.of("Hey ", "1", "2", "3", " friend!"), cut(new Digits(true), "Hey 123 friend!"));
    assertEquals(List.of("Hey ", "123", " friend!"), cut(new Digits(false), "Hey 123 friend!"));
    assertEquals(List.of("a", "b", "c"), cut(new Delimiter('_'), "a_b__c_"));
  }

  @Test
  void metaspaceMakesSpacesVisible() {
    Metaspace always = new Metaspace('▁', Metaspace.Prepend.ALWAYS, true);
    assertEquals(List.of("▁Hey", "▁friend!"), cut(always, "Hey friend!"));
    assertEquals(List.of("0-3", "3-11"), places(always, "Hey friend!"));
    assertEquals(List.of("▁Hey", "▁", "▁", "▁friend!"), cut(always, "Hey   friend!"));
    Metaspace never = new Metaspace('▁', Metaspace.Prepend.NEVER, true);
    assertEquals(List.of("Hey", "▁friend!"), cut(never, "Hey friend!"));
    Metaspace whole = new Metaspace('▁', Metaspace.Prepend.FIRST, false);
    assertEquals(List.of("▁Hey▁friend!"), cut(whole, "Hey friend!"));
  }

  @Test
  void aSequenceAppliesOneAfterTheOther() {
    PreTokenizer both =
        new PreTokenizerSequence(
            List.of(new WhitespaceSplit(), new Punctuation(SplitBehavior.ISOLATED)));
    assertEquals(List.of("Hey", "man", "!"), cut(both, "Hey man!"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\\h+", "(a", "[[:alpha:]]", "\\p{L}{1,3}+", "\\G", "(?~abc)", "\\X", "a\\Kb"})
  void expressionsThatMeanSomethingElseAreRefused(String expression) {
    TokenizerException e =
        assertThrows(TokenizerException.class, () -> SearchPattern.regex(expression));
    assertTrue(e.getMessage().contains(expression), e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"(a+)+b", "(a|aa)+b", "(a|b|ab)*c"})
  void expressionsThatBacktrackForeverAreStopped(String expression) {
    Split split = new Split(SearchPattern.regex(expression), SplitBehavior.ISOLATED, false);
    assertThrows(TokenizerException.class, () -> cut(split, "a".repeat(20_000)));
  }
}
