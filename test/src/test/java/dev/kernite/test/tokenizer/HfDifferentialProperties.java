package dev.kernite.test.tokenizer;

import dev.kernite.tokenizer.Pipeline;
import dev.kernite.tokenizer.Tokenizer;
import dev.kernite.tokenizer.normalizer.BertNormalizer;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;

/**
 * The three families against the tokenizers library itself, on random Unicode: tokens, offsets,
 * pairs, and the way back. {@code make test-all} takes 100,000 texts a family.
 */
class HfDifferentialProperties {
  private static final int MANY = 100_000;

  private static final HfLibrary GPT2 = HfLibrary.open(Fixtures.GPT2);
  private static final HfLibrary ROBERTA = HfLibrary.open(Fixtures.BPE);
  private static final HfLibrary UNIGRAM = HfLibrary.open(Fixtures.UNIGRAM);
  private static final HfLibrary BERT = HfLibrary.open(Fixtures.BERT);
  private static final HfLibrary CASED = bert(new BertNormalizer(true, true, null, false));
  private static final HfLibrary ACCENTED = bert(new BertNormalizer(true, true, false, true));
  private static final HfLibrary RAW = bert(new BertNormalizer(false, false, true, false));

  private static HfLibrary bert(BertNormalizer normalizer) {
    Pipeline p = Fixtures.BERT.pipeline();
    return HfLibrary.open(
        new Tokenizer(
            new Pipeline(
                p.addedTokens(),
                normalizer,
                p.preTokenizer(),
                p.model(),
                p.postProcessor(),
                p.decoder(),
                p.options())));
  }

  @Provide
  Arbitrary<String> texts() {
    return Texts.many();
  }

  @Property(tries = 3000)
  void wordPiece(@ForAll("texts") String text, @ForAll("texts") String pair) {
    checkWordPiece(text, pair);
  }

  @Tag("slow")
  @Property(tries = MANY)
  void manyWordPiece(@ForAll("texts") String text, @ForAll("texts") String pair) {
    checkWordPiece(text, pair);
  }

  private static void checkWordPiece(String text, String pair) {
    BERT.check(text);
    BERT.check(text, pair);
    CASED.check(text);
    ACCENTED.check(text);
    RAW.check(text);
  }

  @Property(tries = 3000)
  void unigram(@ForAll("texts") String text, @ForAll("texts") String pair) {
    checkUnigram(text, pair);
  }

  @Tag("slow")
  @Property(tries = MANY)
  void manyUnigram(@ForAll("texts") String text, @ForAll("texts") String pair) {
    checkUnigram(text, pair);
  }

  /**
   * A mark after a character that is not assigned: whether one cluster or two decides on the rule
   * that is applied, and Java's regular expressions see that otherwise.
   */
  @Example
  void unigramOfMarksAfterUnassignedCharacters() {
    for (int first :
        new int[] {
          0x378, 0x530, 0x2065, 0xE08F, 0xFDD0, 0xFFF0, 0xFFFE, 0x3E612, 0xE0002, 0xE1000
        }) {
      String text =
          new StringBuilder("b").appendCodePoint(first).append("\u0344\u1A6B$").toString();
      UNIGRAM.check(text);
    }
  }

  private static void checkUnigram(String text, String pair) {
    UNIGRAM.check(text);
    UNIGRAM.check(text, pair);
  }

  @Property(tries = 3000)
  void bpe(@ForAll("texts") String text, @ForAll("texts") String pair) {
    checkBpe(text, pair);
  }

  @Tag("slow")
  @Property(tries = MANY)
  void manyBpe(@ForAll("texts") String text, @ForAll("texts") String pair) {
    checkBpe(text, pair);
  }

  private static void checkBpe(String text, String pair) {
    GPT2.check(text);
    ROBERTA.check(text);
    ROBERTA.check(text, pair);
  }
}
