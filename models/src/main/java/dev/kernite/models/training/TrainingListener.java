package dev.kernite.models.training;

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
   * @param best whether no evaluation before was better
   */
  default void onEvaluation(Evaluation evaluation, boolean best) {}

  /**
   * When the run can be continued from here.
   *
   * @param steps updates made so far
   */
  default void onSaved(long steps) {}
}
