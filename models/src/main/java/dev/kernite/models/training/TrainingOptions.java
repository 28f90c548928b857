package dev.kernite.models.training;

import dev.kernite.models.ModelException;

/**
 * How the loop runs.
 *
 * @param steps updates in the whole run, those before a resume included
 * @param lr base learning rate, which the schedule scales
 * @param clip largest gradient norm, 0 for no clipping
 * @param accumulate chunks that a batch is cut in
 * @param saveEvery steps between two saved states, 0 for none but the last
 * @param evaluateEvery steps between two evaluations, 0 for none but the last
 * @param patience evaluations in a row without a better one after which the run ends early, with
 *     the best model; 0 for never
 */
public record TrainingOptions(
    long steps,
    double lr,
    double clip,
    int accumulate,
    long saveEvery,
    long evaluateEvery,
    int patience) {
  /** Checks the ranges. */
  public TrainingOptions {
    require(steps >= 0, "steps", steps, "at least 0");
    require(lr >= 0 && Double.isFinite(lr), "lr", lr, "a finite number, at least 0");
    require(clip >= 0, "clip", clip, "at least 0");
    require(accumulate >= 1, "accumulate", accumulate, "at least 1");
    require(saveEvery >= 0, "save-every", saveEvery, "at least 0");
    require(evaluateEvery >= 0, "eval-every", evaluateEvery, "at least 0");
    require(patience >= 0, "patience", patience, "at least 0");
  }

  /** Without early stopping. */
  public TrainingOptions(
      long steps, double lr, double clip, int accumulate, long saveEvery, long evaluateEvery) {
    this(steps, lr, clip, accumulate, saveEvery, evaluateEvery, 0);
  }

  private static void require(boolean holds, String option, Object value, String wanted) {
    if (!holds) {
      throw new ModelException("training: " + option + " must be " + wanted + ", not " + value);
    }
  }
}
