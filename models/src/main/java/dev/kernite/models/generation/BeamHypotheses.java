package dev.kernite.models.generation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The finished hypotheses of one prompt (or of one group of its beams): the best {@code capacity}
 * seen so far. A score is the sum of log-probabilities over (generated tokens) ^ lengthPenalty, the
 * end token counted, the prompt not.
 */
final class BeamHypotheses {

  /** A finished row: its first tokens, the prompt and its padding included. */
  record Hypothesis(double score, int[] tokens, FinishReason reason) {}

  private final int capacity;
  private final double lengthPenalty;
  private final EarlyStopping earlyStopping;
  private final int maxGenerated;
  private final List<Hypothesis> kept = new ArrayList<>();

  /**
   * Creates an empty list.
   *
   * @param capacity how many hypotheses to keep
   * @param maxGenerated the most tokens a hypothesis can generate
   */
  BeamHypotheses(
      int capacity, double lengthPenalty, EarlyStopping earlyStopping, int maxGenerated) {
    this.capacity = capacity;
    this.lengthPenalty = lengthPenalty;
    this.earlyStopping = earlyStopping;
    this.maxGenerated = maxGenerated;
  }

  List<Hypothesis> kept() {
    return kept;
  }

  /** Takes the hypothesis if there is room or it is better than the worst, which then leaves. */
  void add(int[] row, int length, double logProbability, int generated, FinishReason reason) {
    double score = logProbability / Math.pow(generated, lengthPenalty);
    if (kept.size() == capacity) {
      int worst = worst();
      if (!(score > kept.get(worst).score)) {
        return;
      }
      kept.remove(worst);
    }
    kept.add(new Hypothesis(score, Arrays.copyOf(row, length), reason));
  }

  /**
   * Whether running beams are given up.
   *
   * @param best the largest sum of log-probabilities among the candidates of this step
   * @param generated tokens generated so far
   */
  boolean done(double best, int generated) {
    if (kept.size() < capacity) {
      return false;
    }
    int length =
        switch (earlyStopping) {
          case AT_ONCE -> 0;
          case HEURISTIC -> generated;
          case NEVER -> lengthPenalty > 0 ? maxGenerated : generated;
        };
    return length == 0 || kept.get(worst()).score >= best / Math.pow(length, lengthPenalty);
  }

  private int worst() {
    int worst = 0;
    for (int i = 1; i < kept.size(); i++) {
      if (kept.get(i).score < kept.get(worst).score) {
        worst = i;
      }
    }
    return worst;
  }
}
