package dev.kernite.models.seq2seq;

import dev.kernite.models.training.BatchSource;
import dev.kernite.models.training.Fingerprint;
import dev.kernite.models.training.LengthPools;
import java.util.Arrays;
import java.util.List;

/** Pairs in batches of {@link LengthPools}. Not safe for use by several threads. */
public final class PairBatches implements BatchSource<PairBatch> {
  /** Names the streams of this class ("PAIR"). */
  private static final long STREAM = 0x5041_4952L << 32;

  private final List<TokenPair> pairs;
  private final int pad;
  private final LengthPools pools;

  /**
   * Prepares the batches.
   *
   * @param pad what stands for nothing in what the encoder reads
   * @param size pairs in a batch
   */
  public PairBatches(List<TokenPair> pairs, int pad, int size, long seed) {
    this.pairs = List.copyOf(pairs);
    this.pad = pad;
    int[] lengths = pairs.stream().mapToInt(p -> p.source().length + p.target().length).toArray();
    pools = new LengthPools(lengths, size, seed, STREAM);
  }

  @Override
  public PairBatch batch(long step) {
    return PairBatch.of(Arrays.stream(pools.rows(step)).mapToObj(pairs::get).toList(), pad);
  }

  @Override
  public long stepsPerEpoch() {
    return pools.stepsPerEpoch();
  }

  @Override
  public long fingerprint() {
    Fingerprint sum = new Fingerprint();
    pairs.forEach(p -> sum.add(p.source()).add(p.target()));
    return sum.value();
  }
}
