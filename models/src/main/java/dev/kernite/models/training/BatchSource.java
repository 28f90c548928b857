package dev.kernite.models.training;

/**
 * Batches by the number of their step. The same step always gives the same batch, so the step is
 * all a run needs to know to continue in the data.
 *
 * @param <B> the kind of batch
 */
public interface BatchSource<B extends TrainingBatch<B>> {
  /**
   * The batch of a step; the data starts over when it is used up.
   *
   * @param step 0 for the first
   */
  B batch(long step);

  /** Steps that see all data once, at least 1. */
  long stepsPerEpoch();

  /** A number that differs, most likely, when the data does. */
  long fingerprint();
}
