package dev.kernite.models.training;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A model's score on held-out data after some updates.
 *
 * @param step updates made so far
 * @param nats sum of negative log-likelihoods
 * @param count what that is the sum over: scored tokens, or classified texts
 * @param measures what else was measured, by names such as {@code accuracy}, in a fixed order
 */
public record Evaluation(long step, double nats, long count, Map<String, Double> measures) {
  /** Copies the measures. */
  public Evaluation {
    measures = Collections.unmodifiableMap(new LinkedHashMap<>(measures));
  }

  /** Mean negative log-likelihood, in nats; what makes one model better than another. */
  public double loss() {
    return nats / count;
  }
}
