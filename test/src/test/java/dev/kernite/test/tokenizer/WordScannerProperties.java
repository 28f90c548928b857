package dev.kernite.test.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.tokenizer.TiktokenEncoding;
import dev.kernite.tokenizer.pretokenizer.WordScanner;
import dev.kernite.tokenizer.text.CharClass;
import dev.kernite.tokenizer.text.CodePoints;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** The hand-written scanners against the expressions that were published. */
class WordScannerProperties {
  /** As in the release of GPT-2 (encoder.py). */
  private static final String GPT2 =
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

  /** As in tiktoken 0.14, {@code r50k_pat_str}; {@code $} is the end of the text there. */
  private static final String R50K =
      "'(?:[sdmt]|ll|ve|re)| ?\\p{L}++| ?\\p{N}++| ?[^\\s\\p{L}\\p{N}]++|\\s++\\z|\\s+(?!\\S)|\\s";

  /** As in tiktoken 0.14, {@code cl100k_base}. */
  private static final String CL100K =
      "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}++|\\p{N}{1,3}+"
          + "| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*+|\\s++\\z|\\s*[\\r\\n]|\\s+(?!\\S)|\\s";

  /** As in tiktoken 0.7 and in the tokenizer.json of Llama 3. */
  private static final String FIRST_CL100K =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
          + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  /** As in tiktoken 0.14, {@code o200k_base}. */
  private static final String O200K =
      String.join(
          "|",
          "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"
              + "(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
          "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*"
              + "(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
          "\\p{N}{1,3}",
          " ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*",
          "\\s*[\\r\\n]+",
          "\\s+(?!\\S)",
          "\\s+");

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.frequencyOf(Tuple.of(2, Texts.any()), Tuple.of(1, dense()));
  }

  /** Texts of few kinds of characters, so that every pair and triple of kinds meets. */
  private static Arbitrary<String> dense() {
    return Arbitraries.of(
            "a",
            "b",
            "Z",
            "S",
            "'",
            "ſ",
            "é",
            "É",
            "ǅ",
            "ʰ",
            "漢",
            "\u0301",
            "1",
            "½",
            " ",
            "\u00A0",
            "\t",
            "\n",
            "\r",
            "/",
            "!",
            "-",
            "l",
            "L",
            "r",
            "e",
            "E",
            "longlower",
            "LONGUPPER",
            "😺",
            "𝔾")
        .list()
        .ofMaxSize(20)
        .map(parts -> String.join("", parts));
  }

  @Property(tries = 2000)
  void gpt2CutsAsPublished(@ForAll("texts") String text) {
    check(GPT2, TiktokenEncoding.GPT2.expression(), text);
    check(R50K, TiktokenEncoding.R50K_BASE.expression(), text);
  }

  @Property(tries = 2000)
  void cl100kCutsAsPublished(@ForAll("texts") String text) {
    check(CL100K, TiktokenEncoding.CL100K_BASE.expression(), text);
    check(FIRST_CL100K, FIRST_CL100K, text);
  }

  @Property(tries = 4000)
  void o200kCutsAsPublished(@ForAll("texts") String text) {
    check(O200K, TiktokenEncoding.O200K_BASE.expression(), text);
  }

  /** The scanner and the expression that it stands for must both cut as the published one. */
  private static void check(String published, String ours, String text) {
    List<String> expected = matches(published, text);
    assertEquals(expected, matches(ours, text));
    WordScanner scanner = WordScanner.of(ours);
    assertNotNull(scanner, ours);
    int[] codePoints = CodePoints.of(text);
    byte[] classes = CharClass.of(codePoints, 0, codePoints.length);
    List<String> words = new ArrayList<>();
    for (int start = 0; start < codePoints.length; ) {
      int end = scanner.wordEnd(classes, start, codePoints.length);
      assertTrue(end > start);
      words.add(new String(codePoints, start, end - start));
      start = end;
    }
    assertEquals(expected, words);
  }

  private static List<String> matches(String expression, String text) {
    List<String> words = new ArrayList<>();
    Matcher matcher = Pattern.compile(expression, Pattern.UNICODE_CHARACTER_CLASS).matcher(text);
    while (matcher.find()) {
      words.add(matcher.group());
    }
    return words;
  }

  /** What comes after the end must not be seen: letters that fill up eight bytes, say. */
  @Property(tries = 500)
  void seesNothingPastTheEnd(@ForAll("texts") String text, @ForAll("texts") String rest) {
    for (TiktokenEncoding encoding :
        List.of(TiktokenEncoding.GPT2, TiktokenEncoding.CL100K_BASE, TiktokenEncoding.O200K_BASE)) {
      WordScanner scanner = WordScanner.of(encoding.expression());
      int[] alone = CodePoints.of(text);
      int[] followed = CodePoints.of(text + rest);
      byte[] classes = CharClass.of(alone, 0, alone.length);
      byte[] more = CharClass.of(followed, 0, followed.length);
      for (int start = 0; start < alone.length; ) {
        int end = scanner.wordEnd(classes, start, alone.length);
        assertEquals(end, scanner.wordEnd(more, start, alone.length));
        start = end;
      }
    }
  }

  @Example
  void classifiesEveryCodePointAsTheExpressionsDo() {
    Object[][] properties = {
      {CharClass.LETTER, "\\p{L}"},
      {CharClass.NUMBER, "\\p{N}"},
      {CharClass.SPACE, "\\s"},
      {CharClass.OTHER, "[^\\s\\p{L}\\p{N}]"},
      {CharClass.UPPER, "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]"},
      {CharClass.LOWER, "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]"},
      {CharClass.NEWLINE, "[\\r\\n]"},
    };
    for (Object[] property : properties) {
      Matcher matcher =
          Pattern.compile((String) property[1], Pattern.UNICODE_CHARACTER_CLASS).matcher("");
      for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
        boolean is = CharClass.is(CharClass.of(c), (int) property[0]);
        int point = c;
        assertEquals(
            matcher.reset(Character.toString(c)).matches(),
            is,
            () -> "%s of U+%04X".formatted(property[1], point));
      }
    }
  }

  @Example
  void knowsTheWordCharacters() {
    Matcher word = Pattern.compile("\\w", Pattern.UNICODE_CHARACTER_CLASS).matcher("");
    for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
      int point = c;
      assertEquals(
          word.reset(Character.toString(c)).matches(),
          CodePoints.isWord(c),
          () -> "U+%04X".formatted(point));
    }
  }
}
