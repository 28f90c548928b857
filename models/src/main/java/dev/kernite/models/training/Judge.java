package dev.kernite.models.training;

/** Evaluates a model, as it is now, on data that it never learns from. */
@FunctionalInterface
public interface Judge {
  /**
   * Evaluates without dropout and without drawing random numbers, so that a run goes on as if it
   * had not been evaluated.
   *
   * @param step updates made so far
   */
  Evaluation evaluate(long step);
}
