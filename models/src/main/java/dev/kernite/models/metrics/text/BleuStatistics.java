package dev.kernite.models.metrics.text;

import java.util.List;
import java.util.Map;

/**
 * What BLEU counts in a segment, and, added up, in a corpus.
 *
 * @param hypothesisLength in tokens
 * @param referenceLength in tokens, of the reference whose length is nearest
 * @param matches n-grams that are in a reference too, by order, [maxOrder]
 * @param totals all n-grams of the hypothesis, [maxOrder]
 */
record BleuStatistics(long hypothesisLength, long referenceLength, long[] matches, long[] totals) {
  static BleuStatistics none(int maxOrder) {
    return new BleuStatistics(0, 0, new long[maxOrder], new long[maxOrder]);
  }

  /**
   * Counts one segment.
   *
   * @param hypothesis tokens
   * @param references tokens of each
   */
  static BleuStatistics of(List<String> hypothesis, List<List<String>> references, int maxOrder) {
    long[] matches = new long[maxOrder];
    long[] totals = new long[maxOrder];
    for (int n = 1; n <= maxOrder; n++) {
      totals[n - 1] = Math.max(0, hypothesis.size() - n + 1);
      matches[n - 1] = Ngrams.shared(Ngrams.of(hypothesis, n), expected(references, n));
    }
    int length = hypothesis.size();
    return new BleuStatistics(length, nearestLength(length, references), matches, totals);
  }

  /** How often an n-gram may match: as often as in the reference that has it most often. */
  private static Map<List<String>, Integer> expected(List<List<String>> references, int order) {
    Map<List<String>, Integer> most = Ngrams.of(references.getFirst(), order);
    for (List<String> reference : references.subList(1, references.size())) {
      Ngrams.of(reference, order).forEach((ngram, n) -> most.merge(ngram, n, Math::max));
    }
    return most;
  }

  /** The reference length nearest to the hypothesis's, the shorter of two. */
  private static int nearestLength(int length, List<List<String>> references) {
    int nearest = references.getFirst().size();
    for (List<String> reference : references) {
      int farther = Math.abs(length - reference.size()) - Math.abs(length - nearest);
      if (farther < 0 || farther == 0 && reference.size() < nearest) {
        nearest = reference.size();
      }
    }
    return nearest;
  }

  BleuStatistics plus(BleuStatistics other) {
    return new BleuStatistics(
        hypothesisLength + other.hypothesisLength,
        referenceLength + other.referenceLength,
        sum(matches, other.matches),
        sum(totals, other.totals));
  }

  private static long[] sum(long[] first, long[] second) {
    long[] sum = first.clone();
    for (int i = 0; i < sum.length; i++) {
      sum[i] += second[i];
    }
    return sum;
  }

  /** Papineni et al.: 1 for texts as long as their references, less for shorter ones. */
  double brevityPenalty() {
    if (hypothesisLength >= referenceLength) {
      return 1;
    }
    return hypothesisLength == 0 ? 0 : Math.exp(1 - (double) referenceLength / hypothesisLength);
  }
}
