package dev.kernite.models.training;

/** Shuffled windows of a token sequence, see {@link PackedTokens}. */
public final class TextBatches implements BatchSource<Batch> {
  private final PackedTokens packed;
  private final int size;
  private final int time;
  private final long fingerprint;

  /**
   * Packs a sequence.
   *
   * @param tokens the whole text, one document after the other
   * @param size sequences in a batch
   * @param time tokens in a sequence
   * @param seed of the order
   */
  public TextBatches(int[] tokens, int size, int time, long seed) {
    this.packed = new PackedTokens(tokens, size, time, seed);
    this.size = size;
    this.time = time;
    this.fingerprint = new Fingerprint().add(tokens).value();
  }

  @Override
  public Batch batch(long step) {
    int[] flat = new int[size * time];
    long perEpoch = packed.stepsPerEpoch();
    packed.batch(new DataPosition(step / perEpoch, step % perEpoch), flat);
    int[][] rows = new int[size][time];
    for (int b = 0; b < size; b++) {
      System.arraycopy(flat, b * time, rows[b], 0, time);
    }
    return Batch.of(rows);
  }

  @Override
  public long stepsPerEpoch() {
    return packed.stepsPerEpoch();
  }

  @Override
  public long fingerprint() {
    return fingerprint;
  }
}
