package dev.kernite.models.metrics.text;

import dev.kernite.models.ModelException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * BLEU (Papineni et al. 2002): the geometric mean of the precisions of n-grams, times a penalty for
 * being short. With the settings of sacreBLEU (Post 2018), to the results of its version 2.6.0.
 *
 * @param tokenizer how texts are cut
 * @param lowercase whether case is ignored
 * @param smoothing what is done with orders of which nothing matches
 * @param maxOrder longest n-grams, at least 1
 * @param effectiveOrder whether orders that the hypotheses are too short for are left out instead
 *     of making the score 0; to be set for single sentences
 */
public record Bleu(
    BleuTokenizer tokenizer,
    boolean lowercase,
    Smoothing smoothing,
    int maxOrder,
    boolean effectiveOrder) {
  /** As sacreBLEU scores a corpus: 13a, case counts, exponential smoothing, n-grams up to 4. */
  public static final Bleu DEFAULT =
      new Bleu(BleuTokenizer.V13A, false, new Smoothing.Exp(), 4, false);

  /** Orders above would only take memory: no text has such n-grams twice. */
  static final int MOST_ORDERS = 1000;

  /** Checks the order. */
  public Bleu {
    if (maxOrder < 1 || maxOrder > MOST_ORDERS) {
      throw new ModelException(
          "BLEU's n-gram order must be from 1 to %d, not %d".formatted(MOST_ORDERS, maxOrder));
    }
  }

  /** The same with another tokenizer. */
  public Bleu with(BleuTokenizer other) {
    return new Bleu(other, lowercase, smoothing, maxOrder, effectiveOrder);
  }

  /** The same with another smoothing. */
  public Bleu with(Smoothing other) {
    return new Bleu(tokenizer, lowercase, other, maxOrder, effectiveOrder);
  }

  /** The same, case ignored or not. */
  public Bleu withLowercase(boolean on) {
    return new Bleu(tokenizer, on, smoothing, maxOrder, effectiveOrder);
  }

  /** The same with n-grams up to another order. */
  public Bleu withMaxOrder(int order) {
    return new Bleu(tokenizer, lowercase, smoothing, order, effectiveOrder);
  }

  /** The same with or without an effective order. */
  public Bleu withEffectiveOrder(boolean on) {
    return new Bleu(tokenizer, lowercase, smoothing, maxOrder, on);
  }

  /**
   * Scores a corpus: counts of all segments are added up first.
   *
   * @throws ModelException if it is empty
   */
  public BleuScore corpus(List<Segment> corpus) {
    Segment.requireSome(corpus);
    return score(
        corpus.stream()
            .map(this::statistics)
            .reduce(BleuStatistics.none(maxOrder), BleuStatistics::plus));
  }

  /** Scores one segment. */
  public BleuScore sentence(Segment segment) {
    return score(statistics(segment));
  }

  private BleuStatistics statistics(Segment segment) {
    return BleuStatistics.of(
        tokens(segment.hypothesis()),
        segment.references().stream().map(this::tokens).toList(),
        maxOrder);
  }

  private List<String> tokens(String text) {
    return tokenizer.tokens(lowercase ? text.toLowerCase(Locale.ROOT) : text);
  }

  private BleuScore score(BleuStatistics found) {
    double[] counts = Arrays.stream(found.matches()).asDoubleStream().toArray();
    double[] totals = Arrays.stream(found.totals()).asDoubleStream().toArray();
    double[] precisions = new double[maxOrder];
    double penalty = found.brevityPenalty();
    double score = 0;
    if (Arrays.stream(counts).anyMatch(c -> c > 0)) { // smoothing makes no score of nothing
      int orders = smooth(counts, totals, precisions);
      double logs = Arrays.stream(precisions, 0, orders).map(Math::log).sum();
      score = penalty * Math.exp(logs / orders);
    }
    return new BleuScore(
        score,
        list(counts),
        list(totals),
        list(precisions),
        penalty,
        found.hypothesisLength(),
        found.referenceLength());
  }

  /** Fills in the precisions, in percent; returns how many orders the score is the mean of. */
  private int smooth(double[] counts, double[] totals, double[] precisions) {
    double halved = 1;
    for (int i = 0; i < maxOrder; i++) {
      if (smoothing instanceof Smoothing.AddK add && i > 0) {
        counts[i] += add.k();
        totals[i] += add.k();
      }
      if (totals[i] == 0) {
        return effectiveOrder ? i : maxOrder;
      }
      double count = counts[i];
      if (count == 0) {
        count =
            switch (smoothing) {
              case Smoothing.Exp() -> halved /= 2;
              case Smoothing.Floor(double floor) -> floor;
              case Smoothing.None(), Smoothing.AddK _ -> 0;
            };
      }
      precisions[i] = 100 * count / totals[i];
    }
    return maxOrder;
  }

  private static List<Double> list(double[] values) {
    return DoubleStream.of(values).boxed().toList();
  }

  /** The settings in sacreBLEU's form, by which others can repeat a score. */
  public String signature(List<Segment> corpus) {
    return "nrefs:%s|case:%s|eff:%s|tok:%s|smooth:%s"
        .formatted(
            Segment.referenceCount(corpus),
            lowercase ? "lc" : "mixed",
            effectiveOrder ? "yes" : "no",
            tokenizer,
            smoothing);
  }
}
