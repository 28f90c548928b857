package dev.kernite.models.data;

import dev.kernite.models.ModelException;

/**
 * How a {@link DataLoader} makes batches.
 *
 * @param batchSize items in a batch
 * @param shuffled whether each epoch has an order of its own; else items come as they are stored
 * @param seed decides the orders
 * @param dropLast whether an epoch ends before a batch that would be smaller
 * @param prefetch batches made ahead while the last one is used; 0 makes each when it is asked for
 */
public record LoaderOptions(
    int batchSize, boolean shuffled, long seed, boolean dropLast, int prefetch) {
  private static final int PREFETCH = 2;

  /** Checks the numbers. */
  public LoaderOptions {
    if (batchSize < 1 || prefetch < 0) {
      throw new ModelException(
          "batches of %d, %d ahead: the one must be at least 1, the other at least 0"
              .formatted(batchSize, prefetch));
    }
  }

  /** All items in the order they are stored, two batches ahead. */
  public static LoaderOptions inOrder(int batchSize) {
    return new LoaderOptions(batchSize, false, 0, false, PREFETCH);
  }

  /** All items in another order each epoch, two batches ahead. */
  public static LoaderOptions shuffled(int batchSize, long seed) {
    return new LoaderOptions(batchSize, true, seed, false, PREFETCH);
  }

  /** The same without the smaller batch at the end of an epoch. */
  public LoaderOptions droppingLast() {
    return new LoaderOptions(batchSize, shuffled, seed, true, prefetch);
  }

  /** The same with so many batches ahead. */
  public LoaderOptions prefetching(int batches) {
    return new LoaderOptions(batchSize, shuffled, seed, dropLast, batches);
  }
}
