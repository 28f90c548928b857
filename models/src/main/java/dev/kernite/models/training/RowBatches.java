package dev.kernite.models.training;

import java.util.Arrays;
import java.util.List;

/**
 * Documents in batches of {@link LengthPools}, padded to the longest of each. Not safe for use by
 * several threads.
 */
public final class RowBatches implements BatchSource<Batch> {
  /** Names the streams of this class ("ROWS"). */
  private static final long STREAM = 0x524F_5753L << 32;

  private final List<int[]> rows;
  private final int pad;
  private final boolean labelPadding;
  private final LengthPools pools;

  /**
   * Prepares the batches.
   *
   * @param rows token ids of each document, two or more
   * @param pad what stands behind a shorter one
   * @param labelPadding whether to predict that is learnt too
   * @param size documents in a batch; the last of an epoch may have fewer
   */
  public RowBatches(List<int[]> rows, int pad, boolean labelPadding, int size, long seed) {
    this.rows = List.copyOf(rows);
    this.pad = pad;
    this.labelPadding = labelPadding;
    int[] lengths = rows.stream().mapToInt(row -> row.length).toArray();
    pools = new LengthPools(lengths, size, seed, STREAM);
  }

  @Override
  public Batch batch(long step) {
    int[][] chosen = Arrays.stream(pools.rows(step)).mapToObj(rows::get).toArray(int[][]::new);
    int time = Arrays.stream(chosen).mapToInt(row -> row.length).max().orElseThrow();
    int[][] ids = new int[chosen.length][];
    boolean[][] real = new boolean[chosen.length][time];
    for (int b = 0; b < ids.length; b++) {
      ids[b] = Arrays.copyOf(chosen[b], time);
      Arrays.fill(ids[b], chosen[b].length, time, pad);
      Arrays.fill(real[b], 0, chosen[b].length, true);
    }
    return Batch.masked(ids, real, labelPadding);
  }

  @Override
  public long stepsPerEpoch() {
    return pools.stepsPerEpoch();
  }

  @Override
  public long fingerprint() {
    Fingerprint sum = new Fingerprint();
    rows.forEach(row -> sum.add(new int[] {row.length}).add(row));
    return sum.value();
  }
}
