package dev.kernite.models.training;

import dev.kernite.models.ModelException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * Items in another order each epoch, those of like length together so that little is padded: the
 * shuffled items are sorted by length in pools of many batches, cut into batches, and the batches
 * shuffled. All follows from seed and epoch. The last batch of an epoch may be smaller. Not safe
 * for use by several threads.
 */
public final class LengthPools {
  /** Batches in a pool: more pad less, fewer mix better. */
  private static final int POOL = 50;

  private final int[] lengths;
  private final int size;
  private final long seed;
  private final long stream;
  private long arrangedEpoch = -1;
  private int[][] batches;

  /**
   * Arranges nothing yet.
   *
   * @param lengths of the items
   * @param size items in a batch
   * @param stream apart from those of all else that is drawn with this seed; an epoch's number is
   *     added
   */
  public LengthPools(int[] lengths, int size, long seed, long stream) {
    if (lengths.length == 0 || size < 1) {
      throw new ModelException(
          "%d items in batches of %d: both must be at least 1".formatted(lengths.length, size));
    }
    this.lengths = lengths.clone();
    this.size = size;
    this.seed = seed;
    this.stream = stream;
  }

  /** The items of a step's batch. */
  public int[] rows(long step) {
    arrange(step / stepsPerEpoch());
    return batches[(int) (step % stepsPerEpoch())];
  }

  /** Steps that see all items once. */
  public long stepsPerEpoch() {
    return Math.ceilDiv(lengths.length, size);
  }

  private void arrange(long epoch) {
    if (epoch == arrangedEpoch) {
      return;
    }
    Draws draws = new Draws(seed, stream + epoch);
    int n = lengths.length;
    Integer[] order = Arrays.stream(draws.permutation(n, 0)).boxed().toArray(Integer[]::new);
    long pool = (long) POOL * size;
    for (long from = 0; from < n; from += pool) {
      Comparator<Integer> byLength = Comparator.comparingInt(i -> lengths[i]);
      Arrays.sort(order, (int) from, (int) Math.min(from + pool, n), byLength);
    }
    int[] places = draws.permutation((int) stepsPerEpoch(), n);
    batches = new int[places.length][];
    for (int i = 0; i < places.length; i++) {
      Stream<Integer> rows = Arrays.stream(order, i * size, (int) Math.min((i + 1L) * size, n));
      batches[places[i]] = rows.mapToInt(row -> row).toArray();
    }
    arrangedEpoch = epoch;
  }
}
