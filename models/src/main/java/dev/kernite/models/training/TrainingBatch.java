package dev.kernite.models.training;

import java.util.List;

/**
 * What one update learns from.
 *
 * @param <B> the kind of batch, which its chunks are too
 */
public interface TrainingBatch<B extends TrainingBatch<B>> {
  /** Number of sequences. */
  int size();

  /** Number of token positions, those of padding included. */
  long tokens();

  /**
   * Cuts into smaller batches, for gradient accumulation.
   *
   * @param n wanted number of parts
   */
  List<B> chunks(int n);
}
