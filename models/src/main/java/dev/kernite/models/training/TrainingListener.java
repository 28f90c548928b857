package dev.kernite.models.training;

import dev.kernite.models.generation.Perplexity;

/** Hears from a run as it goes on, on the thread that runs it. */
public interface TrainingListener {
  /** Hears nothing. */
  TrainingListener NONE = new TrainingListener() {};

  /**
   * After each update.
   *
   * @param tokens token positions in its batch
   */
  default void onStep(TrainingLog.Entry step, long tokens) {}

  /**
   * After each evaluation.
   *
   * @param steps updates made so far
   * @param score of the held-out text
   * @param best whether no evaluation before was better
   */
  default void onEvaluation(long steps, Perplexity.Score score, boolean best) {}

  /**
   * When the run can be continued from here.
   *
   * @param steps updates made so far
   */
  default void onSaved(long steps) {}
}
