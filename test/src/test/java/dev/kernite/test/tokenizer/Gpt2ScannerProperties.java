package dev.kernite.test.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.tokenizer.pretokenizer.Gpt2Scanner;
import dev.kernite.tokenizer.text.CodePoints;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The hand-written scanner against the expression that GPT-2 was published with. */
class Gpt2ScannerProperties {
  private static final Pattern PUBLISHED =
      Pattern.compile(
          "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
          Pattern.UNICODE_CHARACTER_CLASS);

  @Provide
  Arbitrary<String> texts() {
    return Texts.any();
  }

  @Property(tries = 3000)
  void cutsAsThePublishedExpression(@ForAll("texts") String text) {
    List<String> expected = new ArrayList<>();
    Matcher matcher = PUBLISHED.matcher(text);
    while (matcher.find()) {
      expected.add(matcher.group());
    }
    int[] codePoints = CodePoints.of(text);
    List<String> words = new ArrayList<>();
    for (int start = 0; start < codePoints.length; ) {
      int end = Gpt2Scanner.wordEnd(codePoints, start, codePoints.length);
      assertTrue(end > start);
      words.add(new String(codePoints, start, end - start));
      start = end;
    }
    assertEquals(expected, words);
  }

  @Example
  void classifiesEveryCodePointAsTheExpressionDoes() {
    Pattern letter = Pattern.compile("\\p{L}");
    Pattern number = Pattern.compile("\\p{N}");
    Pattern space = Pattern.compile("\\s", Pattern.UNICODE_CHARACTER_CLASS);
    Pattern word = Pattern.compile("\\w", Pattern.UNICODE_CHARACTER_CLASS);
    for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
      String s = Character.toString(c);
      int kind =
          letter.matcher(s).matches()
              ? CodePoints.LETTER
              : number.matcher(s).matches()
                  ? CodePoints.NUMBER
                  : space.matcher(s).matches() ? CodePoints.SPACE : CodePoints.OTHER;
      assertEquals(kind, CodePoints.kind(c), () -> "kind of " + s.codePointAt(0));
      assertEquals(
          word.matcher(s).matches(), CodePoints.isWord(c), () -> "word " + s.codePointAt(0));
    }
  }
}
