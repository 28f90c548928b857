package dev.kernite.models.training;

import dev.kernite.models.ModelException;

/**
 * A long sequence of token ids cut into windows and shuffled, for causal language models. In each
 * epoch the cuts begin at another offset, so that a window's edges are not always the same, and the
 * windows come in another order. Both follow from seed and epoch alone (Philox4x32-10): any batch
 * of any epoch can be asked for at any time, which makes resuming exact.
 *
 * <p>What does not fill a window, and windows that do not fill a batch, are left out of an epoch;
 * other offsets and orders bring them into the next. Not safe for use by several threads.
 */
public final class PackedTokens {
  /** Names the streams of this class ("PACK"), apart from those of dropout and initialisation. */
  private static final long STREAM = 0x5041_434BL << 32;

  private final int[] tokens;
  private final int batch;
  private final int time;
  private final long seed;
  private final int windows;
  private final int slack;

  private long shuffledEpoch = -1;
  private int[] order;
  private int offset;

  /**
   * Packs a sequence.
   *
   * @param tokens the ids of the whole text, one document after the other; not copied
   * @param batch windows in a batch
   * @param time tokens in a window
   * @param seed chooses the offsets and orders
   * @throws ModelException if the sequence does not fill one batch
   */
  public PackedTokens(int[] tokens, int batch, int time, long seed) {
    if (batch < 1 || time < 1) {
      throw new ModelException("batch " + batch + " and time " + time + " must be at least 1");
    }
    if (tokens.length < (long) batch * time) {
      throw new ModelException(
          ("the text has %d tokens, a batch of %d x %d takes %d; use more text, or a smaller"
                  + " --batch-size or --max-length")
              .formatted(tokens.length, batch, time, (long) batch * time));
    }
    this.tokens = tokens;
    this.batch = batch;
    this.time = time;
    this.seed = seed;
    // Room for any offset below the window's length, unless that would cost the only batch there
    // is.
    windows = Math.max(batch, (tokens.length - time + 1) / time);
    slack = Math.min(time - 1, tokens.length - windows * time);
  }

  /**
   * Batches in an epoch.
   *
   * @return at least 1
   */
  public long stepsPerEpoch() {
    return windows / batch;
  }

  /**
   * Fills in one batch.
   *
   * @param position epoch and step, the step below {@link #stepsPerEpoch}
   * @param ids receives the token ids, [batch, time]
   * @throws ModelException if there is no such step, or the destination has another size
   */
  public void batch(DataPosition position, int[] ids) {
    if (position.step() >= stepsPerEpoch() || ids.length != batch * time) {
      throw new ModelException(
          "no step %d of %d, or %d ids asked for in place of %d"
              .formatted(position.step(), stepsPerEpoch(), ids.length, batch * time));
    }
    shuffle(position.epoch());
    for (int row = 0; row < batch; row++) {
      int window = order[(int) position.step() * batch + row];
      System.arraycopy(tokens, offset + window * time, ids, row * time, time);
    }
  }

  private void shuffle(long epoch) {
    if (epoch != shuffledEpoch) {
      Draws draws = new Draws(seed, STREAM + epoch);
      offset = draws.below(slack + 1, 0);
      order = draws.permutation(windows, 1);
      shuffledEpoch = epoch;
    }
  }
}
