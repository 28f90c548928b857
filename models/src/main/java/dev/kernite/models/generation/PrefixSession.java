package dev.kernite.models.generation;

import java.util.Arrays;

/**
 * A session for prompts that grow, as a conversation does. Prompts may be given again and again;
 * what one has in common with the tokens before it, from the first on, stays in the cache, and only
 * the rest is run. Results have the bits of a session that reads the whole prompt.
 */
public final class PrefixSession implements DecodeSession {
  private final CachedSession session;

  /** The tokens in the cache, while they are one row; the first {@link #length} count. */
  private int[] fed = {};

  private int length;
  private boolean oneRow;
  private long computed;

  /**
   * Starts a session.
   *
   * @param session fresh, of a model that continues texts; closed with this one
   */
  public PrefixSession(CachedSession session) {
    this.session = session;
  }

  /** Positions that were run through the model so far, over all rows: the work done. */
  public long computed() {
    return computed;
  }

  @Override
  public int vocabSize() {
    return session.vocabSize();
  }

  @Override
  public int maxPositions() {
    return session.maxPositions();
  }

  @Override
  public float[] prefill(int[][] ids, boolean[][] mask) {
    int shared = shared(ids, mask);
    oneRow = false; // until the new row is in place
    float[] logits =
        shared == 0
            ? session.prefill(ids, mask)
            : session.resume(shared, Arrays.copyOfRange(ids[0], shared, ids[0].length));
    computed += (long) ids.length * (ids[0].length - shared);
    oneRow = ids.length == 1 && padding(mask[0]) == 0;
    fed = ids[0].clone();
    length = fed.length;
    return logits;
  }

  /** Leading tokens that need not be run again; the last one of a prompt is, for its logits. */
  private int shared(int[][] ids, boolean[][] mask) {
    if (!oneRow || ids.length != 1 || padding(mask[0]) > 0) {
      return 0;
    }
    int most = Math.min(length, ids[0].length - 1);
    int differ = Arrays.mismatch(fed, 0, most, ids[0], 0, most);
    return differ < 0 ? most : differ;
  }

  private static int padding(boolean[] real) {
    int count = 0;
    for (boolean token : real) {
      count += token ? 0 : 1;
    }
    return count;
  }

  @Override
  public float[] step(int[] tokens) {
    float[] logits = session.step(tokens);
    fed(tokens);
    return logits;
  }

  @Override
  public int[] stepGreedy(int[] tokens) {
    int[] best = session.stepGreedy(tokens);
    fed(tokens);
    return best;
  }

  private void fed(int[] tokens) {
    computed += tokens.length;
    if (oneRow) {
      fed = length < fed.length ? fed : Arrays.copyOf(fed, 2 * length + 64);
      fed[length++] = tokens[0];
    }
  }

  @Override
  public void select(int[] rows) {
    session.select(rows);
    oneRow &= rows.length == 1; // rows that part share no one past
  }

  @Override
  public void close() {
    session.close();
  }
}
