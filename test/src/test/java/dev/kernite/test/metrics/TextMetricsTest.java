package dev.kernite.test.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.ModelException;
import dev.kernite.models.metrics.text.Bleu;
import dev.kernite.models.metrics.text.BleuScore;
import dev.kernite.models.metrics.text.BleuTokenizer;
import dev.kernite.models.metrics.text.Chrf;
import dev.kernite.models.metrics.text.NltkBleu;
import dev.kernite.models.metrics.text.PorterStemmer;
import dev.kernite.models.metrics.text.Rouge;
import dev.kernite.models.metrics.text.RougeType;
import dev.kernite.models.metrics.text.Segment;
import dev.kernite.models.metrics.text.Smoothing;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the papers print, and what the tokenizers' rules say of awkward texts. */
final class TextMetricsTest {
  private static String tokens(BleuTokenizer tokenizer, String text) {
    return String.join("|", tokenizer.tokens(text));
  }

  private static Bleu ofOrder(int order) {
    return Bleu.DEFAULT
        .with(BleuTokenizer.NONE)
        .with(new Smoothing.None())
        .withLowercase(true)
        .withMaxOrder(order);
  }

  /** Papineni et al. 2002, examples 1 and 2: modified precisions of two candidates. */
  @Test
  void precisionsAreThoseOfTheBleuPaper() {
    String[] references = {
      "It is a guide to action that ensures that the military will forever heed Party commands",
      "It is the guiding principle which guarantees the military forces always being under the"
          + " command of the Party",
      "It is the practical guide for the army always to heed the directions of the party"
    };
    BleuScore first =
        ofOrder(2)
            .sentence(
                Segment.of(
                    "It is a guide to action which ensures that the military always obeys the"
                        + " commands of the party",
                    references));
    BleuScore second =
        ofOrder(2)
            .sentence(
                Segment.of(
                    "It is to insure the troops forever hearing the activity guidebook that party"
                        + " direct",
                    references));
    assertEquals(List.of(17.0, 10.0), first.counts());
    assertEquals(List.of(18.0, 17.0), first.totals());
    assertEquals(List.of(8.0, 1.0), second.counts());
    assertEquals(List.of(14.0, 13.0), second.totals());
    BleuScore clipped =
        ofOrder(1)
            .sentence(
                Segment.of(
                    "the the the the the the the",
                    "The cat is on the mat",
                    "There is a cat on the mat"));
    assertEquals(100 * 2 / 7.0, clipped.score(), 1e-12);
  }

  /** Lin 2004, sections 3.1 and 3.2. */
  @Test
  void subsequencesAreThoseOfTheRougePaper() {
    String reference = "police killed the gunman";
    assertEquals(0.75, recall(RougeType.ROUGE_L, "police kill the gunman", reference));
    assertEquals(0.5, recall(RougeType.ROUGE_L, "the gunman kill police", reference));
    assertEquals(0.5, recall(RougeType.ROUGE_L, "the gunman police killed", reference));
    assertEquals(
        0.8, recall(RougeType.ROUGE_LSUM, "w1 w2 w6 w7 w8\nw1 w3 w8 w9 w5", "w1 w2 w3 w4 w5"));
  }

  private static double recall(RougeType type, String hypothesis, String reference) {
    return new Rouge(false).score(Segment.of(hypothesis, reference)).get(type).recall();
  }

  @Test
  void ofSeveralReferencesRougeTakesTheBest() {
    Segment segment = Segment.of("a b c", "x y z", "a b", "c b a");
    assertEquals(1, new Rouge(false).score(segment).get(RougeType.ROUGE_1).fmeasure());
    assertEquals(0.8, new Rouge(false).score(segment).get(RougeType.ROUGE_L).fmeasure(), 1e-15);
  }

  /** Words of Porter 1980 and of the vocabulary he published with it; below, NLTK's own. */
  @ParameterizedTest
  @CsvSource({
    "caresses, caress",
    "ponies, poni",
    "plastered, plaster",
    "motoring, motor",
    "sing, sing",
    "conflated, conflat",
    "sized, size",
    "hissing, hiss",
    "failing, fail",
    "happy, happi",
    "relational, relat",
    "hesitanci, hesit",
    "conformabli, conform",
    "differentli, differ",
    "hopefulness, hope",
    "formaliti, formal",
    "sensibiliti, sensibl",
    "electriciti, electr",
    "hopeful, hope",
    "revival, reviv",
    "inference, infer",
    "defensible, defens",
    "replacement, replac",
    "dependent, depend",
    "homologou, homolog",
    "bowdlerize, bowdler",
    "rate, rate",
    "controll, control",
    "generalization, gener",
    "geology, geolog",
    "ties, tie",
    "died, die",
    "spied, spi",
    "skies, sky",
    "enjoy, enjoy",
    "by, by",
    "spy, spi",
    "radically, radic",
    "hopefully, hope",
    "innings, inning",
    "y, y",
    "yyyy, yyyi",
    "'', ''"
  })
  void stemsAreThoseThatWerePublished(String word, String stem) {
    assertEquals(stem, PorterStemmer.stem(word));
  }

  @Test
  void the13aTokenizerKnowsAsciiAlone() {
    assertEquals("\"|a|\"|&|<|b|>", tokens(BleuTokenizer.V13A, "&quot;a&quot; &amp; &lt;b&gt;"));
    assertEquals("<|x", tokens(BleuTokenizer.V13A, "&amp;lt;x")); // unescaped one after the other
    assertEquals("1,000.5|,|a|.|b", tokens(BleuTokenizer.V13A, "1,000.5,a.b"));
    assertEquals("3|-|4|x-y|'s", tokens(BleuTokenizer.V13A, "3-4 x-y 's"));
    assertEquals("wordsplit|next", tokens(BleuTokenizer.V13A, "word-\nsplit\nnext"));
    assertEquals("a|b", tokens(BleuTokenizer.V13A, "a<skipped> b"));
    assertEquals("«|é|»|—|。", tokens(BleuTokenizer.V13A, "« é » — 。"));
    assertEquals("a。", tokens(BleuTokenizer.V13A, "a。"));
    assertEquals("", tokens(BleuTokenizer.V13A, " \u00a0\u2028\u0085\u001c\t"));
  }

  @Test
  void theInternationalTokenizerKnowsAllOfUnicode() {
    assertEquals("你好|，|世界|。", tokens(BleuTokenizer.INTL, "你好，世界。"));
    assertEquals("1,000|€|5.", tokens(BleuTokenizer.INTL, "1,000€5."));
    assertEquals("½,½", tokens(BleuTokenizer.INTL, "½,½")); // numbers of any kind
    assertEquals("a|😀|b|𝄞", tokens(BleuTokenizer.INTL, "a😀b𝄞")); // beyond 16 bits
    assertEquals("&|quot|;", tokens(BleuTokenizer.INTL, "&quot;"));
    assertEquals("a|𐄀|b", tokens(BleuTokenizer.INTL, "a𐄀b")); // punctuation beyond 16 bits
  }

  @Test
  void charactersAreCodePoints() {
    assertEquals("a|😀|é|b", tokens(BleuTokenizer.CHAR, "a 😀é\tb "));
    assertEquals(
        100, Chrf.DEFAULT.withCharOrder(1).sentence(Segment.of("😀𝄞", "𝄞😀")).score(), 1e-12);
    assertEquals(0, Chrf.DEFAULT.sentence(Segment.of("😀", "😁")).score()); // same high surrogate
  }

  @Test
  void shortTextsScoreByTheirEffectiveOrder() {
    Segment same = Segment.of("a b", "a b");
    assertEquals(0, Bleu.DEFAULT.sentence(same).score());
    assertEquals(100, Bleu.DEFAULT.withEffectiveOrder(true).sentence(same).score(), 1e-12);
    assertEquals(
        100, Bleu.DEFAULT.withEffectiveOrder(true).corpus(List.of(same, same)).score(), 1e-12);
  }

  @Test
  void smoothingFollowsChenAndCherry() {
    Segment segment = Segment.of("a b x c d", "a b y c d"); // matches 4/5, 2/4, 0/3, 0/2
    assertEquals(List.of(80.0, 50.0, 100 / (2.0 * 3), 100 / (4.0 * 2)), precisions("exp", segment));
    assertEquals(List.of(80.0, 50.0, 10 / 3.0, 5.0), precisions("floor", segment));
    assertEquals(List.of(80.0, 60.0, 25.0, 100 / 3.0), precisions("add-k", segment));
    assertEquals(List.of(80.0, 50.0, 0.0, 0.0), precisions("none", segment));
  }

  private static List<Double> precisions(String smoothing, Segment segment) {
    return Bleu.DEFAULT
        .with(Smoothing.of(smoothing, OptionalDouble.empty()))
        .sentence(segment)
        .precisions();
  }

  @Test
  void referencesMayBeMissing() {
    List<Segment> corpus =
        Segment.corpus(
            List.of("a b c d", "e f g h"),
            List.of(Arrays.asList("a b c d", null), List.of("x", "e f g h")));
    assertEquals(2, corpus.getFirst().references().size());
    assertEquals(1, corpus.getLast().references().size());
    assertEquals(100, Bleu.DEFAULT.corpus(corpus).score(), 1e-12);
    assertTrue(Bleu.DEFAULT.signature(corpus).startsWith("nrefs:var|"));
  }

  @Test
  void whatCannotBeScoredIsRefused() {
    assertThrows(ModelException.class, () -> Bleu.DEFAULT.corpus(List.of()));
    assertThrows(ModelException.class, () -> Chrf.DEFAULT.corpus(List.of()));
    assertThrows(ModelException.class, () -> new Rouge(false).mean(List.of()));
    assertThrows(ModelException.class, () -> Segment.of("a"));
    assertThrows(
        ModelException.class, () -> Segment.corpus(List.of("a", "b"), List.of(List.of("a"))));
    assertThrows(
        ModelException.class,
        () -> Segment.corpus(List.of("a"), List.of(Arrays.asList((String) null))));
    assertThrows(ModelException.class, () -> BleuTokenizer.of("zh"));
    assertThrows(ModelException.class, () -> Smoothing.of("exp", OptionalDouble.of(1)));
    assertThrows(ModelException.class, () -> Smoothing.of("laplace", OptionalDouble.empty()));
    assertThrows(ModelException.class, () -> new Smoothing.Floor(Double.NaN));
    assertThrows(ModelException.class, () -> Bleu.DEFAULT.withMaxOrder(0));
    assertThrows(ModelException.class, () -> new NltkBleu(new Smoothing.None(), 0));
    assertThrows(ModelException.class, () -> Chrf.DEFAULT.withBeta(0));
    assertThrows(ModelException.class, () -> Chrf.DEFAULT.withCharOrder(0));
    assertThrows(ModelException.class, () -> Chrf.DEFAULT.withWordOrder(-1));
  }
}
