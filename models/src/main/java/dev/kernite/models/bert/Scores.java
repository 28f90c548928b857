package dev.kernite.models.bert;

import java.util.Arrays;

/** What logits mean, in float64. */
final class Scores {
  private Scores() {}

  static double[] plain(float[] logits) {
    double[] scores = new double[logits.length];
    Arrays.setAll(scores, i -> logits[i]);
    return scores;
  }

  static double[] softmax(float[] logits) {
    double[] scores = plain(logits);
    double max = Arrays.stream(scores).max().orElse(0);
    Arrays.setAll(scores, i -> Math.exp(scores[i] - max));
    double sum = Arrays.stream(scores).sum();
    Arrays.setAll(scores, i -> scores[i] / sum);
    return scores;
  }

  static double[] sigmoid(float[] logits) {
    double[] scores = plain(logits);
    Arrays.setAll(scores, i -> 1 / (1 + Math.exp(-scores[i])));
    return scores;
  }
}
