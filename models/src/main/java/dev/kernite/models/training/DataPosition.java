package dev.kernite.models.training;

import dev.kernite.models.ModelException;

/**
 * Where a run stands in its data: all that a resumed run needs to see the same batches.
 *
 * @param epoch passes over the data completed
 * @param step batches taken in this pass
 */
public record DataPosition(long epoch, long step) {
  /** The beginning of the data. */
  public static final DataPosition START = new DataPosition(0, 0);

  /**
   * Checks the numbers.
   *
   * @throws ModelException if one is negative
   */
  public DataPosition {
    if (epoch < 0 || step < 0) {
      throw new ModelException("epoch " + epoch + " and step " + step + " must not be negative");
    }
  }

  /**
   * The position after one more batch.
   *
   * @param stepsPerEpoch batches in a pass
   * @return the next position
   */
  public DataPosition next(long stepsPerEpoch) {
    return step + 1 < stepsPerEpoch
        ? new DataPosition(epoch, step + 1)
        : new DataPosition(epoch + 1, 0);
  }
}
