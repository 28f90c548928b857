package dev.kernite.models.metrics.text;

import java.util.BitSet;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * ROUGE (Lin 2004): how much of a summary is in the reference, and of the reference in the summary.
 * To the results of Google's rouge_score: texts are lower-cased and cut into runs of ASCII letters
 * and digits; nothing else counts.
 *
 * @param stemmer whether words longer than three characters are stemmed
 */
public record Rouge(boolean stemmer) {
  private static final Pattern NO_WORD = Pattern.compile("[^a-z0-9]+");
  private static final int SHORTEST_STEMMED = 4;

  /**
   * Scores one segment. Of several references, that with the highest F-measure counts, for each
   * type on its own.
   */
  public Map<RougeType, RougeScore> score(Segment segment) {
    Map<RougeType, RougeScore> best = new EnumMap<>(RougeType.class);
    for (String reference : segment.references()) {
      compare(segment.hypothesis(), reference)
          .forEach((type, score) -> best.merge(type, score, Rouge::better));
    }
    return Collections.unmodifiableMap(best);
  }

  private static RougeScore better(RougeScore first, RougeScore second) {
    return second.fmeasure() > first.fmeasure() ? second : first;
  }

  /**
   * Mean of the scores of all segments, each counting alike.
   *
   * @throws dev.kernite.models.ModelException if there is no segment
   */
  public Map<RougeType, RougeScore> mean(List<Segment> corpus) {
    Segment.requireSome(corpus);
    List<Map<RougeType, RougeScore>> scores = corpus.stream().map(this::score).toList();
    Map<RougeType, RougeScore> means = new EnumMap<>(RougeType.class);
    for (RougeType type : RougeType.values()) {
      means.put(
          type,
          new RougeScore(
              mean(scores, type, RougeScore::precision),
              mean(scores, type, RougeScore::recall),
              mean(scores, type, RougeScore::fmeasure)));
    }
    return Collections.unmodifiableMap(means);
  }

  private static double mean(
      List<Map<RougeType, RougeScore>> scores, RougeType type, ToDoubleFunction<RougeScore> part) {
    return scores.stream()
        .mapToDouble(s -> part.applyAsDouble(s.get(type)))
        .average()
        .orElseThrow();
  }

  /** The words of a text. */
  public List<String> tokens(String text) {
    return NO_WORD
        .splitAsStream(text.toLowerCase(Locale.ROOT))
        .filter(word -> !word.isEmpty())
        .map(w -> stemmer && w.length() >= SHORTEST_STEMMED ? PorterStemmer.stem(w) : w)
        .toList();
  }

  private Map<RougeType, RougeScore> compare(String hypothesis, String reference) {
    List<String> written = tokens(hypothesis);
    List<String> expected = tokens(reference);
    Map<RougeType, RougeScore> scores = new EnumMap<>(RougeType.class);
    scores.put(RougeType.ROUGE_1, ngrams(written, expected, 1));
    scores.put(RougeType.ROUGE_2, ngrams(written, expected, 2));
    scores.put(RougeType.ROUGE_3, ngrams(written, expected, 3));
    int common = CommonSubsequence.length(expected, written);
    scores.put(RougeType.ROUGE_L, RougeScore.of(common, written.size(), expected.size()));
    scores.put(RougeType.ROUGE_LSUM, summary(sentences(hypothesis), sentences(reference)));
    return scores;
  }

  private static RougeScore ngrams(List<String> written, List<String> expected, int order) {
    Map<List<String>, Integer> of = Ngrams.of(written, order);
    Map<List<String>, Integer> from = Ngrams.of(expected, order);
    return RougeScore.of(Ngrams.shared(of, from), Ngrams.total(of), Ngrams.total(from));
  }

  private List<List<String>> sentences(String text) {
    return Stream.of(text.split("\n")).map(this::tokens).toList();
  }

  /**
   * ROUGE-Lsum, section 3.2 of the paper: a word of the reference matches if it is in a longest
   * common subsequence of its sentence with any sentence of the hypothesis. As in ROUGE 1.5.5, no
   * word matches more often than both texts have it.
   */
  private static RougeScore summary(List<List<String>> written, List<List<String>> expected) {
    Map<String, Integer> left = counts(written);
    long matches = 0;
    for (List<String> sentence : expected) {
      BitSet union = new BitSet();
      written.forEach(other -> union.or(CommonSubsequence.of(sentence, other)));
      for (int i = union.nextSetBit(0); i >= 0; i = union.nextSetBit(i + 1)) {
        matches += left.merge(sentence.get(i), -1, Integer::sum) >= 0 ? 1 : 0;
      }
    }
    return RougeScore.of(matches, words(written), words(expected));
  }

  private static Map<String, Integer> counts(List<List<String>> sentences) {
    Map<String, Integer> counts = new HashMap<>();
    sentences.forEach(s -> s.forEach(word -> counts.merge(word, 1, Integer::sum)));
    return counts;
  }

  private static long words(List<List<String>> sentences) {
    return sentences.stream().mapToLong(List::size).sum();
  }
}
