package dev.kernite.models.masking;

import dev.kernite.models.training.Batch;
import dev.kernite.models.training.BatchSource;
import dev.kernite.models.training.DataPosition;
import dev.kernite.models.training.Fingerprint;
import dev.kernite.models.training.PackedTokens;

/**
 * Full sentences as RoBERTa packs them (Liu et al. 2019, section 4.2): windows of a long text, each
 * in the frame of special tokens, masked anew each time.
 */
public final class MaskedBatches implements BatchSource<Batch> {
  private final PackedTokens packed;
  private final Frame frame;
  private final DynamicMasking masking;
  private final int size;
  private final int room;
  private final long fingerprint;

  /**
   * Packs a text.
   *
   * @param tokens the whole text, without frames
   * @param size sequences in a batch
   * @param time tokens in a sequence, the frame's included
   * @param seed of the order
   */
  public MaskedBatches(
      int[] tokens, Frame frame, DynamicMasking masking, int size, int time, long seed) {
    this.frame = frame;
    this.masking = masking;
    this.size = size;
    this.room = frame.room(time);
    this.packed = new PackedTokens(tokens, size, room, seed);
    this.fingerprint = new Fingerprint().add(tokens).value();
  }

  @Override
  public Batch batch(long step) {
    int[] flat = new int[size * room];
    long perEpoch = packed.stepsPerEpoch();
    packed.batch(new DataPosition(step / perEpoch, step % perEpoch), flat);
    int[][] rows = new int[size][];
    for (int b = 0; b < size; b++) {
      rows[b] = frame.around(flat, b * room, (b + 1) * room);
    }
    return masking.apply(rows, null, step);
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
