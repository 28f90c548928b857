package dev.kernite.models.metrics.text;

import dev.kernite.models.ModelException;
import java.util.List;

/**
 * BLEU as NLTK computes it ({@code nltk.translate.bleu_score} 3.8), on tokens between white space.
 * It differs from {@link Bleu} in that the score is 0 to 1, and in that each segment counts for at
 * least one n-gram of every order, so that short ones are smoothed like others.
 *
 * @param smoothing NLTK's methods 0 (none: a tiny precision), 1 (floor), 2 (add-k) or 3 (exp)
 * @param maxOrder longest n-grams, all of the same weight, at least 1
 */
public record NltkBleu(Smoothing smoothing, int maxOrder) {
  /** As NLTK scores if nothing is said: no smoothing, n-grams up to 4. */
  public static final NltkBleu DEFAULT = new NltkBleu(new Smoothing.None(), 4);

  /** Checks the order. */
  public NltkBleu {
    if (maxOrder < 1 || maxOrder > Bleu.MOST_ORDERS) {
      throw new ModelException(
          "BLEU's n-gram order must be from 1 to %d, not %d".formatted(Bleu.MOST_ORDERS, maxOrder));
    }
  }

  /**
   * Scores a corpus: counts of all segments are added up first.
   *
   * @return 0 to 1
   * @throws ModelException if it is empty
   */
  public double corpus(List<Segment> corpus) {
    Segment.requireSome(corpus);
    return score(
        corpus.stream()
            .map(this::statistics)
            .reduce(BleuStatistics.none(maxOrder), BleuStatistics::plus));
  }

  /** Scores one segment, 0 to 1. */
  public double sentence(Segment segment) {
    return score(statistics(segment));
  }

  private BleuStatistics statistics(Segment segment) {
    List<List<String>> references = segment.references().stream().map(WhiteSpace::split).toList();
    BleuStatistics counted =
        BleuStatistics.of(WhiteSpace.split(segment.hypothesis()), references, maxOrder);
    for (int i = 0; i < maxOrder; i++) {
      counted.totals()[i] = Math.max(1, counted.totals()[i]);
    }
    return counted;
  }

  private double score(BleuStatistics found) {
    if (found.matches()[0] == 0) {
      return 0;
    }
    double logs = 0;
    double halved = 1;
    for (int i = 0; i < maxOrder; i++) {
      double count = found.matches()[i];
      double total = found.totals()[i];
      if (smoothing instanceof Smoothing.AddK(double k) && i > 0) {
        count += k;
        total += k;
      }
      if (count == 0) {
        count =
            switch (smoothing) {
              case Smoothing.Exp() -> halved /= 2;
              case Smoothing.Floor(double floor) -> floor;
              case Smoothing.None(), Smoothing.AddK _ -> Double.MIN_NORMAL * total;
            };
      }
      logs += Math.log(count / total);
    }
    return found.brevityPenalty() * Math.exp(logs / maxOrder);
  }
}
