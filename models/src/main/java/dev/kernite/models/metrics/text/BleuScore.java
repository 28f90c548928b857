package dev.kernite.models.metrics.text;

import java.util.List;

/**
 * A BLEU score with what it was made of. Lists are by n-gram order, from 1.
 *
 * @param score 0 to 100
 * @param counts n-grams of the hypotheses that are in a reference too, with what smoothing by
 *     adding has added
 * @param totals all n-grams of the hypotheses, likewise
 * @param precisions in percent, smoothed
 * @param brevityPenalty 0 to 1: what the score was multiplied with for being short
 * @param hypothesisLength tokens of all hypotheses
 * @param referenceLength tokens of the references, of each segment the one nearest in length
 */
public record BleuScore(
    double score,
    List<Double> counts,
    List<Double> totals,
    List<Double> precisions,
    double brevityPenalty,
    long hypothesisLength,
    long referenceLength) {
  /** Copies the lists. */
  public BleuScore {
    counts = List.copyOf(counts);
    totals = List.copyOf(totals);
    precisions = List.copyOf(precisions);
  }
}
