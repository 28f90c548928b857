package dev.kernite.test.tokenizer;

import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Random texts that are hard on tokenizers. */
final class Texts {
  private static final List<String> AWKWARD =
      List.of(
          "'s",
          "'t",
          "'re",
          "'ve",
          "'m",
          "'ll",
          "'d",
          "'S",
          "'",
          "''",
          " '",
          " ",
          "  ",
          "   ",
          "\t",
          "\n",
          "\n\n",
          "\r\n",
          "\u000B",
          "\u0085",
          "\u00A0",
          "\u2003",
          "\u2028",
          "\u3000",
          "\u200B",
          "\uFEFF",
          "the",
          " the",
          "I",
          "2024",
          " 42",
          "½",
          "Ⅷ",
          "२",
          "...",
          " !?",
          "é",
          "e\u0301",
          "\u0301",
          "\u0323",
          "ß",
          "İ",
          "ſ",
          "漢字",
          "かな",
          "한국어",
          "עברית",
          "العربية",
          "👩‍💻",
          "🇺🇸",
          "😺",
          "\uFFFD",
          "<s>",
          "</s>",
          "<mask>",
          " <mask>",
          "<|endoftext|>",
          "Ġ",
          "Â",
          "<0x41>",
          "\u0000",
          "\u00AD",
          "\u0001",
          "™",
          "①",
          "ｶﾞ",
          "１２",
          "ﬁ\u0301",
          "▁",
          "▁▁a",
          "Ａ\u0300",
          "[MASK]",
          "[CLS]",
          "##ing",
          "don't",
          "don\u2019t",
          "\u0E01\u0E33",
          "க்ஷ",
          "한\u11A8",
          "𝔾",
          "ﬁ",
          "Å",
          "ḍ̇",
          "ǭ");

  private static final String LETTERS = "eeeetttaaoooiinnsshrrdlucmwfygpbvk  ";

  private Texts() {}

  /** Texts of awkward pieces and of code points from the whole of Unicode. */
  static Arbitrary<String> any() {
    Arbitrary<String> awkward = Arbitraries.of(AWKWARD);
    Arbitrary<String> ascii = Arbitraries.strings().withCharRange(' ', '~').ofMaxLength(8);
    Arbitrary<String> wild = codePoint().map(Character::toString);
    return Arbitraries.frequencyOf(Tuple.of(5, awkward), Tuple.of(2, ascii), Tuple.of(2, wild))
        .list()
        .ofMaxSize(25)
        .map(parts -> String.join("", parts));
  }

  /** The like of {@link #any}, made much faster, but not shrunk when one fails. */
  static Arbitrary<String> many() {
    return Arbitraries.randomValue(Texts::random);
  }

  private static String random(Random random) {
    StringBuilder text = new StringBuilder();
    for (int parts = random.nextInt(25); parts > 0; parts--) {
      switch (random.nextInt(9)) {
        case 0, 1 -> randomWord(random, text);
        case 2, 3 -> text.appendCodePoint(randomCodePoint(random));
        default -> text.append(awkward(random));
      }
    }
    return text.toString();
  }

  static String awkward(Random random) {
    return AWKWARD.get(random.nextInt(AWKWARD.size()));
  }

  private static void randomWord(Random random, StringBuilder text) {
    boolean letters = random.nextBoolean();
    for (int n = random.nextInt(9); n > 0; n--) {
      text.append(
          letters
              ? LETTERS.charAt(random.nextInt(LETTERS.length()))
              : (char) (' ' + random.nextInt(95)));
    }
  }

  private static int randomCodePoint(Random random) {
    int[] limits = {0x80, 0x800, 0x10000, Character.MAX_CODE_POINT + 1};
    int c = random.nextInt(limits[random.nextInt(limits.length)]);
    return c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c;
  }

  /** Code points but surrogates, assigned or not, low ones more often. */
  static Arbitrary<Integer> codePoint() {
    return Arbitraries.oneOf(
            Arbitraries.integers().between(0, 0x7F),
            Arbitraries.integers().between(0, 0x7FF),
            Arbitraries.integers().between(0, 0xFFFF),
            Arbitraries.integers().between(0, Character.MAX_CODE_POINT))
        .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE);
  }

  /** Code points of blocks where no mark and nothing that decomposes came after Unicode 9. */
  private static Arbitrary<Integer> longAssigned() {
    return Arbitraries.oneOf(
        Arbitraries.integers().between(0, 0x5FF),
        Arbitraries.integers().between(0x900, 0x9FC),
        Arbitraries.integers().between(0x1E00, 0x2E42),
        Arbitraries.integers().between(0x3000, 0x32FE),
        Arbitraries.integers().between(0xAC00, 0xD7A3),
        Arbitraries.integers().between(0xF900, 0xFFFF),
        Arbitraries.integers().between(0x1D400, 0x1D7FF),
        Arbitraries.integers().between(0x2F800, 0x2FA1F));
  }

  /** Starters and combining marks, so that normalisation has something to order and compose. */
  static Arbitrary<String> accented() {
    Arbitrary<Integer> mark =
        Arbitraries.oneOf(
            Arbitraries.integers().between(0x300, 0x36F),
            Arbitraries.of(
                0x0345, 0x05B0, 0x064B, 0x093C, 0x0F71, 0x0F72, 0x302A, 0x3099, 0x1D165));
    Arbitrary<Integer> starter =
        Arbitraries.oneOf(
            Arbitraries.integers().between('A', 'z'),
            Arbitraries.integers().between(0xC0, 0x24F),
            Arbitraries.integers().between(0x1100, 0x11FF),
            Arbitraries.integers().between(0xAC00, 0xAC80),
            Arbitraries.of(
                0x212B, 0x2126, 0xFB01, 0x1E9B, 0x0958, 0x2ADC, 0x1D15E, 0xF900, 0x3070));
    Arbitrary<String> cluster =
        Combinators.combine(starter, mark.list().ofMaxSize(4))
            .as(
                (s, marks) -> {
                  StringBuilder text = new StringBuilder().appendCodePoint(s);
                  marks.forEach(text::appendCodePoint);
                  return text.toString();
                });
    return Arbitraries.oneOf(
            cluster, mark.map(Character::toString), longAssigned().map(Character::toString))
        .list()
        .ofMaxSize(12)
        .map(parts -> String.join("", parts));
  }
}
