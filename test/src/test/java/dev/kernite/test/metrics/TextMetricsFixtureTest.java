package dev.kernite.test.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.metrics.text.Bleu;
import dev.kernite.models.metrics.text.BleuScore;
import dev.kernite.models.metrics.text.BleuTokenizer;
import dev.kernite.models.metrics.text.Chrf;
import dev.kernite.models.metrics.text.NltkBleu;
import dev.kernite.models.metrics.text.PorterStemmer;
import dev.kernite.models.metrics.text.Rouge;
import dev.kernite.models.metrics.text.RougeScore;
import dev.kernite.models.metrics.text.RougeType;
import dev.kernite.models.metrics.text.Segment;
import dev.kernite.models.metrics.text.Smoothing;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** BLEU, chrF and ROUGE against what sacreBLEU, rouge_score and NLTK gave for 44 pairs of texts. */
final class TextMetricsFixtureTest {
  private static final JsonNode FIXTURE = read();

  private static JsonNode read() {
    String name = "/fixtures/metrics/text_metrics.json";
    try (InputStream in = TextMetricsFixtureTest.class.getResourceAsStream(name)) {
      return new JsonMapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<JsonNode> pairs() {
    return FIXTURE.get("pairs").valueStream().toList();
  }

  private static Segment segment(JsonNode pair) {
    return Segment.of(pair.get("hypothesis").asString(), pair.get("reference").asString());
  }

  private static Segment twoReferences(JsonNode pair) {
    return Segment.of(
        pair.get("hypothesis").asString(),
        pair.get("reference").asString(),
        pair.get("second_reference").asString());
  }

  private static List<Segment> corpus() {
    return pairs().stream().map(TextMetricsFixtureTest::segment).toList();
  }

  private static void assertClose(JsonNode expected, double actual, String what) {
    double want = expected.asDouble();
    assertTrue(
        Math.abs(want - actual) <= 1e-9 * Math.max(1, Math.abs(want)),
        () -> what + ": expected " + want + ", got " + actual);
  }

  private static void assertBleu(JsonNode expected, BleuScore actual, String what) {
    assertClose(expected.get("score"), actual.score(), what);
    assertEquals(doubles(expected.get("counts")), actual.counts(), what);
    assertEquals(doubles(expected.get("totals")), actual.totals(), what);
    for (int i = 0; i < actual.precisions().size(); i++) {
      assertClose(expected.get("precisions").get(i), actual.precisions().get(i), what);
    }
    assertClose(expected.get("brevity_penalty"), actual.brevityPenalty(), what);
    assertEquals(expected.get("hyp_len").asLong(), actual.hypothesisLength(), what);
    assertEquals(expected.get("ref_len").asLong(), actual.referenceLength(), what);
  }

  private static List<Double> doubles(JsonNode array) {
    return array.valueStream().map(JsonNode::asDouble).toList();
  }

  private static List<String> strings(JsonNode array) {
    return array.valueStream().map(JsonNode::asString).toList();
  }

  private static void assertRouge(
      JsonNode expected, Map<RougeType, RougeScore> actual, String what) {
    assertEquals(RougeType.values().length, expected.size());
    actual.forEach(
        (type, score) -> {
          JsonNode want = expected.get(type.toString());
          assertClose(want.get("precision"), score.precision(), what);
          assertClose(want.get("recall"), score.recall(), what);
          assertClose(want.get("fmeasure"), score.fmeasure(), what);
        });
  }

  @Test
  void sentencesScoreAsInSacreBleu() {
    for (JsonNode pair : pairs()) {
      String what = pair.get("hypothesis").asString();
      Bleu effective = Bleu.DEFAULT.withEffectiveOrder(true);
      assertBleu(
          pair.get("sentence_bleu_effective_order"), effective.sentence(segment(pair)), what);
      assertBleu(
          pair.get("sentence_bleu_no_effective_order"), Bleu.DEFAULT.sentence(segment(pair)), what);
      assertBleu(
          pair.get("sentence_bleu_two_references"), effective.sentence(twoReferences(pair)), what);
      assertClose(pair.get("sentence_chrf"), Chrf.DEFAULT.sentence(segment(pair)).score(), what);
    }
  }

  @Test
  void tokensAreThoseOfSacreBleu() {
    for (JsonNode pair : pairs()) {
      for (String text : List.of("hypothesis", "reference")) {
        assertEquals(
            pair.get("tokens_13a").get(text).asString(),
            String.join(" ", BleuTokenizer.V13A.tokens(pair.get(text).asString())));
      }
    }
  }

  /** The settings that a line of the fixture was computed with. */
  private static Bleu settings(String name) {
    return switch (name) {
      case "default_13a_exp", "two_references" -> Bleu.DEFAULT;
      case "lowercase" -> Bleu.DEFAULT.withLowercase(true);
      case "tokenize_none" -> Bleu.DEFAULT.with(BleuTokenizer.NONE);
      case "tokenize_char" -> Bleu.DEFAULT.with(BleuTokenizer.CHAR);
      case "tokenize_intl" -> Bleu.DEFAULT.with(BleuTokenizer.INTL);
      case "smooth_floor" -> Bleu.DEFAULT.with(new Smoothing.Floor(Smoothing.Floor.DEFAULT));
      case "smooth_add_k" -> Bleu.DEFAULT.with(new Smoothing.AddK(Smoothing.AddK.DEFAULT));
      case "smooth_none" -> Bleu.DEFAULT.with(new Smoothing.None());
      case "max_order_2" -> Bleu.DEFAULT.withMaxOrder(2);
      default -> throw new IllegalArgumentException(name);
    };
  }

  @Test
  void corporaScoreAsInSacreBleuInAllSettings() {
    for (JsonNode expected : FIXTURE.get("corpus")) {
      String name = expected.get("name").asString();
      List<Segment> corpus =
          name.equals("two_references")
              ? pairs().stream().map(TextMetricsFixtureTest::twoReferences).toList()
              : corpus();
      Bleu bleu = settings(name);
      assertBleu(expected, bleu.corpus(corpus), name);
      assertEquals(expected.get("signature").asString(), bleu.signature(corpus));
    }
    for (String name : List.of("corpus_without_overlap", "corpus_short")) {
      JsonNode expected = FIXTURE.get(name);
      List<Segment> corpus =
          Segment.corpus(
              strings(expected.get("hypotheses")), List.of(strings(expected.get("references"))));
      assertBleu(expected, Bleu.DEFAULT.corpus(corpus), name);
    }
    assertClose(FIXTURE.get("corpus_chrf"), Chrf.DEFAULT.corpus(corpus()).score(), "chrF2");
    assertClose(
        FIXTURE.get("corpus_chrf_plus_plus"), Chrf.PLUS_PLUS.corpus(corpus()).score(), "chrF2++");
  }

  @Test
  void rougeIsThatOfRougeScore() {
    Rouge plain = new Rouge(false);
    Rouge stemmed = new Rouge(true);
    for (JsonNode pair : pairs()) {
      String what = pair.get("hypothesis").asString();
      assertRouge(pair.get("rouge"), plain.score(segment(pair)), what);
      assertRouge(pair.get("rouge_stemmer"), stemmed.score(segment(pair)), what);
      for (String text : List.of("hypothesis", "reference")) {
        String raw = pair.get(text).asString();
        assertEquals(strings(pair.get("rouge_tokens").get(text)), plain.tokens(raw));
        assertEquals(strings(pair.get("rouge_tokens_stemmer").get(text)), stemmed.tokens(raw));
      }
    }
    assertRouge(FIXTURE.get("rouge_mean"), plain.mean(corpus()), "mean");
    assertRouge(FIXTURE.get("rouge_mean_stemmer"), stemmed.mean(corpus()), "mean, stemmed");
  }

  @Test
  void sentencesOfASummaryAreItsLines() {
    for (JsonNode text : FIXTURE.get("rouge_multiline")) {
      String what = text.get("hypothesis").asString();
      assertRouge(text.get("plain"), new Rouge(false).score(segment(text)), what);
      assertRouge(text.get("stemmer"), new Rouge(true).score(segment(text)), what);
    }
  }

  @Test
  void stemsAreThoseOfNltk() {
    FIXTURE
        .get("porter_stems")
        .properties()
        .forEach(e -> assertEquals(e.getValue().asString(), PorterStemmer.stem(e.getKey())));
  }

  @Test
  void nltkBleuIsThatOfNltk() {
    NltkBleu method1 = new NltkBleu(new Smoothing.Floor(0.1), 4);
    NltkBleu method2 = new NltkBleu(new Smoothing.AddK(1), 4);
    for (JsonNode pair : pairs()) {
      JsonNode expected = pair.get("nltk_sentence_bleu_whitespace");
      if (expected.isNull()) {
        assertEquals(0, method1.sentence(segment(pair)));
        continue;
      }
      String what = pair.get("hypothesis").asString();
      assertClose(expected.get("method1"), method1.sentence(segment(pair)), what);
      assertClose(expected.get("method2"), method2.sentence(segment(pair)), what);
      assertClose(
          expected.get("method1_two_references"), method1.sentence(twoReferences(pair)), what);
      assertClose(
          expected.get("bigram_method1"),
          new NltkBleu(new Smoothing.Floor(0.1), 2).sentence(segment(pair)),
          what);
    }
    assertClose(
        FIXTURE.get("nltk_corpus_bleu_whitespace"), NltkBleu.DEFAULT.corpus(corpus()), "corpus");
  }
}
