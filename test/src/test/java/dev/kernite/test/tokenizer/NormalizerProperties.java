package dev.kernite.test.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.tokenizer.normalizer.Lowercase;
import dev.kernite.tokenizer.normalizer.Nmt;
import dev.kernite.tokenizer.normalizer.Normalizer;
import dev.kernite.tokenizer.normalizer.NormalizerSequence;
import dev.kernite.tokenizer.normalizer.Prepend;
import dev.kernite.tokenizer.normalizer.Replace;
import dev.kernite.tokenizer.normalizer.Strip;
import dev.kernite.tokenizer.normalizer.StripAccents;
import dev.kernite.tokenizer.normalizer.UnicodeNormalizer;
import dev.kernite.tokenizer.text.AlignedText;
import dev.kernite.tokenizer.text.SearchPattern;
import dev.kernite.tokenizer.text.UnicodeForm;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Normalizers: the text against the JDK, the alignments against known answers. */
class NormalizerProperties {
  @Provide
  Arbitrary<String> accented() {
    return Texts.accented();
  }

  /** On characters that Unicode 9 knows: others the tokenizers library takes as they are. */
  @Property(tries = 3000)
  void unicodeFormsAreThoseOfTheJdk(@ForAll("accented") String text, @ForAll UnicodeForm form) {
    String expected =
        java.text.Normalizer.normalize(text, java.text.Normalizer.Form.valueOf(form.name()));
    AlignedText normalized = form.apply(AlignedText.of(text));
    assertEquals(expected, normalized.toString());
    int length = text.codePointCount(0, text.length());
    for (int i = 0; i < normalized.length(); i++) {
      assertTrue(0 <= normalized.from(i) && normalized.from(i) <= normalized.to(i));
      assertTrue(normalized.to(i) <= length);
    }
  }

  /** Text, then the range of each code point. */
  private static String aligned(Normalizer normalizer, String text) {
    AlignedText result = normalizer.normalize(AlignedText.of(text));
    StringBuilder shown = new StringBuilder(result.toString());
    for (int i = 0; i < result.length(); i++) {
      shown.append(' ').append(result.from(i)).append('-').append(result.to(i));
    }
    return shown.toString();
  }

  private static Normalizer form(UnicodeForm form) {
    return new UnicodeNormalizer(form);
  }

  /** Those of the tokenizers library's own tests, in code points. */
  @Example
  void decompositionIsAlignedWithTheWholeCharacter() {
    assertEquals(
        "e\u0301le\u0301gant 0-1 0-1 1-2 2-3 2-3 3-4 4-5 5-6 6-7",
        aligned(form(UnicodeForm.NFD), "élégant"));
    assertEquals(
        "elegant 0-1 1-2 2-3 3-4 4-5 5-6 6-7",
        aligned(
            new NormalizerSequence(List.of(form(UnicodeForm.NFD), new StripAccents())), "élégant"));
    assertEquals("Good 0-1 1-2 2-3 3-4", aligned(form(UnicodeForm.NFKC), "𝔾𝕠𝕠𝕕"));
  }

  @Example
  void compositionIsAlignedWithTheStarter() {
    assertEquals("éa 0-1 2-3", aligned(form(UnicodeForm.NFC), "e\u0301a"));
    assertEquals("fia 0-1 0-1 1-2", aligned(form(UnicodeForm.NFKC), "ﬁa"));
    assertEquals("각 0-1", aligned(form(UnicodeForm.NFC), "\u1100\u1161\u11A8"));
  }

  @Example
  void lowercaseTreatsEachCharacterByItself() {
    assertEquals("σασ 0-1 1-2 2-3", aligned(new Lowercase(), "ΣΑΣ"));
    assertEquals("i\u0307x 0-1 0-1 1-2", aligned(new Lowercase(), "İX"));
  }

  @Example
  void stripKeepsTheAlignmentOfTheRest() {
    assertEquals("你a 2-3 3-4", aligned(new Strip(true, true), "  你a \n"));
    assertEquals("a  1-2 2-3", aligned(new Strip(true, false), " a "));
    assertEquals(" a 0-1 1-2", aligned(new Strip(false, true), " a "));
    assertEquals("", aligned(new Strip(true, true), "  "));
  }

  @Example
  void whatIsPrependedIsAlignedWithTheFirstCharacter() {
    assertEquals("Hey th 0-1 0-1 0-1 0-1 0-1 1-2", aligned(new Prepend("Hey "), "th"));
    assertEquals("", aligned(new Prepend("Hey "), ""));
  }

  @Example
  void whatReplacesIsAlignedWithTheLastCharacterOfTheMatch() {
    Replace dots = new Replace(SearchPattern.regex("\\.+"), "++");
    assertEquals("a++b 0-1 3-4 3-4 4-5", aligned(dots, "a...b"));
    Replace spaces = new Replace(SearchPattern.literal(" "), "▁");
    assertEquals("a▁▁b 0-1 1-2 2-3 3-4", aligned(spaces, "a  b"));
    assertEquals("ab 0-1 2-3", aligned(new Replace(SearchPattern.literal("."), ""), "a.b"));
  }

  @Example
  void nmtDropsControlsAndPlainsSpaces() {
    assertEquals("a b 0-1 2-3 3-4", aligned(new Nmt(), "a\u0001\u200Bb"));
  }
}
