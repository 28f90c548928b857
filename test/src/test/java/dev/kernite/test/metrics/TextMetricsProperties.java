package dev.kernite.test.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.metrics.text.Bleu;
import dev.kernite.models.metrics.text.BleuScore;
import dev.kernite.models.metrics.text.BleuTokenizer;
import dev.kernite.models.metrics.text.Chrf;
import dev.kernite.models.metrics.text.Rouge;
import dev.kernite.models.metrics.text.RougeScore;
import dev.kernite.models.metrics.text.RougeType;
import dev.kernite.models.metrics.text.Segment;
import dev.kernite.models.metrics.text.Smoothing;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What the definitions say of any texts, odd Unicode among them. */
class TextMetricsProperties {
  private static final double ROUNDING = 1e-9;

  /** Few words, so that texts have n-grams in common; some of them odd. */
  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.of(
            "the", "cat", "Cat", "sat", "1.5", "x-y", ".", ",", "é", "😀", "你好。", "&amp;", "\u0085",
            "İ", "\u200d", "\ud800")
        .list()
        .ofMaxSize(12)
        .map(words -> String.join(" ", words));
  }

  /** Any characters at all. */
  @Provide
  Arbitrary<String> anything() {
    return Arbitraries.strings().all().ofMaxLength(40);
  }

  @Provide
  Arbitrary<List<Segment>> corpora() {
    Arbitrary<List<String>> references = texts().list().ofMinSize(1).ofMaxSize(3);
    return Combinators.combine(texts(), references)
        .as(Segment::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(5);
  }

  @Provide
  Arbitrary<Bleu> settings() {
    return Combinators.combine(
            Arbitraries.of(BleuTokenizer.values()),
            Arbitraries.of(true, false),
            Arbitraries.<Smoothing>of(
                new Smoothing.None(),
                new Smoothing.Exp(),
                new Smoothing.Floor(0.1),
                new Smoothing.AddK(1)),
            Arbitraries.integers().between(1, 5),
            Arbitraries.of(true, false))
        .as(Bleu::new);
  }

  @Property
  void aTextThatIsItsReferenceScoresFull(@ForAll("texts") String text, @ForAll("texts") String no) {
    Segment segment = Segment.of(text, no, text);
    Bleu bleu = Bleu.DEFAULT.withEffectiveOrder(true);
    Assume.that(!bleu.sentence(segment).totals().getFirst().equals(0.0));
    assertEquals(100, bleu.sentence(segment).score(), ROUNDING);
    assertEquals(100, Chrf.DEFAULT.sentence(segment).score(), ROUNDING);
    assertEquals(100, Chrf.PLUS_PLUS.sentence(segment).score(), ROUNDING);
    Rouge rouge = new Rouge(true);
    Assume.that(!rouge.tokens(text).isEmpty());
    for (RougeType type : List.of(RougeType.ROUGE_1, RougeType.ROUGE_L, RougeType.ROUGE_LSUM)) {
      assertEquals(new RougeScore(1, 1, 1), rouge.score(segment).get(type));
    }
  }

  @Property
  void aCorpusOfOneSegmentScoresAsTheSegment(
      @ForAll("corpora") List<Segment> corpus, @ForAll("settings") Bleu bleu) {
    Segment one = corpus.getFirst();
    assertEquals(bleu.sentence(one), bleu.corpus(List.of(one)));
    assertEquals(Chrf.PLUS_PLUS.sentence(one), Chrf.PLUS_PLUS.corpus(List.of(one)));
    assertEquals(new Rouge(true).score(one), new Rouge(true).mean(List.of(one)));
  }

  @Property
  void theOrderOfSegmentsAndReferencesDoesNotMatter(
      @ForAll("corpora") List<Segment> corpus,
      @ForAll("settings") Bleu bleu,
      @ForAll Random random) {
    List<Segment> shuffled =
        corpus.stream()
            .map(
                s -> {
                  List<String> references = new ArrayList<>(s.references());
                  Collections.shuffle(references, random);
                  return new Segment(s.hypothesis(), references);
                })
            .collect(Collectors.toCollection(ArrayList::new));
    Collections.shuffle(shuffled, random);
    assertEquals(bleu.corpus(corpus), bleu.corpus(shuffled));
    for (RougeType type : RougeType.values()) {
      assertEquals(
          new Rouge(false).mean(corpus).get(type).fmeasure(),
          new Rouge(false).mean(shuffled).get(type).fmeasure(),
          ROUNDING);
    }
  }

  @Property
  void scoresKeepTheirBounds(
      @ForAll("corpora") List<Segment> corpus, @ForAll("settings") Bleu bleu) {
    BleuScore score = bleu.corpus(corpus);
    assertWithin(score.score(), 100);
    assertWithin(score.brevityPenalty(), 1);
    score.precisions().forEach(p -> assertWithin(p, 100));
    for (int i = 0; i < bleu.maxOrder(); i++) {
      assertTrue(score.counts().get(i) <= score.totals().get(i));
    }
    assertWithin(Chrf.DEFAULT.corpus(corpus).score(), 100);
    assertWithin(Chrf.PLUS_PLUS.withEpsSmoothing(true).corpus(corpus).score(), 100);
    Map<RougeType, RougeScore> rouge = new Rouge(true).mean(corpus);
    rouge.values().forEach(s -> assertWithin(s.fmeasure(), 1));
    assertTrue(
        rouge.get(RougeType.ROUGE_L).fmeasure()
            <= rouge.get(RougeType.ROUGE_1).fmeasure() + ROUNDING);
  }

  private static void assertWithin(double value, double most) {
    assertTrue(value >= 0 && value <= most * (1 + ROUNDING), () -> value + " of " + most);
  }

  @Property
  void aFurtherReferenceTakesNoMatchAway(
      @ForAll("corpora") List<Segment> corpus, @ForAll("texts") String further) {
    Segment segment = corpus.getFirst();
    List<String> more = new ArrayList<>(segment.references());
    more.add(further);
    List<Double> before = Bleu.DEFAULT.with(new Smoothing.None()).sentence(segment).counts();
    List<Double> after =
        Bleu.DEFAULT
            .with(new Smoothing.None())
            .sentence(new Segment(segment.hypothesis(), more))
            .counts();
    for (int i = 0; i < before.size(); i++) {
      assertTrue(after.get(i) >= before.get(i));
    }
  }

  /** Tokenizers only put white space in; 13a also takes some words out, which these lack. */
  @Property
  void tokensAreTheTextWithoutItsWhiteSpace(@ForAll("anything") String text) {
    for (BleuTokenizer tokenizer : BleuTokenizer.values()) {
      if (tokenizer == BleuTokenizer.V13A && text.matches("(?s).*(&|-\n|<skipped>).*")) {
        continue;
      }
      String joined = String.join("", tokenizer.tokens(text));
      assertEquals(String.join("", BleuTokenizer.NONE.tokens(text)), joined);
    }
  }

  @Property
  void anyTextHasAScore(@ForAll("anything") String text, @ForAll("anything") String reference) {
    Segment segment = Segment.of(text, reference);
    assertWithin(Bleu.DEFAULT.with(BleuTokenizer.INTL).sentence(segment).score(), 100);
    assertWithin(Chrf.PLUS_PLUS.withWhitespace(true).sentence(segment).score(), 100);
    new Rouge(true).score(segment).values().forEach(s -> assertWithin(s.fmeasure(), 1));
  }
}
