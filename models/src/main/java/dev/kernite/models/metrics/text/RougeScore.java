package dev.kernite.models.metrics.text;

/**
 * A ROUGE score; all parts are 0 to 1.
 *
 * @param precision part of the hypothesis that is in the reference
 * @param recall part of the reference that is in the hypothesis
 * @param fmeasure their harmonic mean
 */
public record RougeScore(double precision, double recall, double fmeasure) {
  /**
   * Of counts; a text without any scores 0.
   *
   * @param matches what is in both
   * @param hypothesis all of the hypothesis
   * @param reference all of the reference
   */
  static RougeScore of(long matches, long hypothesis, long reference) {
    double precision = (double) matches / Math.max(1, hypothesis);
    double recall = (double) matches / Math.max(1, reference);
    double sum = precision + recall;
    return new RougeScore(precision, recall, sum > 0 ? 2 * precision * recall / sum : 0);
  }
}
