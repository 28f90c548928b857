package dev.kernite.models.training;

import dev.kernite.models.generation.Perplexity;

/**
 * A model's score on held-out text after some updates.
 *
 * @param step updates made so far
 * @param nats sum of negative log-likelihoods
 * @param tokens number of scored tokens
 */
public record Evaluation(long step, double nats, long tokens) {
  static Evaluation of(long step, Perplexity.Score score) {
    return new Evaluation(step, score.nats(), score.tokens());
  }

  /** Loss, perplexity and bits per byte. */
  public Perplexity.Score score() {
    return new Perplexity.Score(nats, tokens);
  }
}
