package dev.kernite.models.generation;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Tensor;
import dev.kernite.kernels.Recording;
import dev.kernite.models.ModelException;
import dev.kernite.models.transformer.Masks;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * A model in the middle of generation, with its key-value cache. A step is recorded: what changes
 * from one to the next is in {@link StepState}, and the rest stays where it is until the cache
 * grows or the number of rows changes.
 */
public final class CachedSession implements DecodeSession {
  private final CachedDecoder decoder;
  private KeyValueCache cache;

  /** Which positions of the prompts are real tokens, [row][position]; null where all are. */
  private boolean[][] real;

  /** Real tokens seen by each row: the position of its next one. */
  private int[] seen;

  private NextTokenLogits logits;

  /** The step for the cache as it is now; null until there is one. */
  private Step step;

  /**
   * Starts a session.
   *
   * @param decoder closed with the session
   */
  public CachedSession(CachedDecoder decoder) {
    this.decoder = decoder;
  }

  @Override
  public int vocabSize() {
    return decoder.vocabSize();
  }

  @Override
  public int maxPositions() {
    return decoder.maxPositions();
  }

  @Override
  public float[] prefill(int[][] ids, boolean[][] mask) {
    forget();
    cache = decoder.newCache(ids.length);
    seen = new int[ids.length];
    boolean padded = false;
    for (int r = 0; r < ids.length; r++) {
      for (boolean token : mask[r]) {
        seen[r] += token ? 1 : 0;
        padded |= !token;
      }
    }
    real = padded ? Arrays.stream(mask).map(boolean[]::clone).toArray(boolean[][]::new) : null;
    logits = new NextTokenLogits(decoder.engine(), ids.length, vocabSize());
    leaveLogits(() -> decoder.prefill(ids, real, cache));
    return logits.values();
  }

  /**
   * Goes on with one row of a prompt that was given before, without padding: keeps the first
   * positions, forgets the others, and reads tokens behind them.
   *
   * @param kept how many positions of the row stay
   * @param tokens one or more
   * @return logits after the last of them, as for {@link #prefill}
   */
  float[] resume(int kept, int[] tokens) {
    cache.rewind(kept);
    leaveLogits(() -> decoder.prefill(new int[][] {tokens}, null, cache));
    seen[0] = kept + tokens.length;
    return logits.values();
  }

  @Override
  public float[] step(int[] tokens) {
    feed(tokens);
    return logits.values();
  }

  @Override
  public int[] stepGreedy(int[] tokens) {
    feed(tokens);
    return logits.best();
  }

  private void feed(int[] tokens) {
    if (cache.length() >= maxPositions()) {
      throw new ModelException(
          "a sequence of %d tokens is longer than the model's context of %d"
              .formatted(cache.length() + 1, maxPositions()));
    }
    cache.reserve(1);
    decoder.prepare(cache);
    if (step == null || step.moves != cache.moves()) {
      forgetStep();
      step = new Step();
    }
    step.run(tokens);
    cache.advance(1);
    for (int r = 0; r < seen.length; r++) {
      seen[r]++;
    }
  }

  @Override
  public void select(int[] rows) {
    boolean same = rows.length == seen.length;
    int[] selected = new int[rows.length];
    for (int r = 0; r < rows.length; r++) {
      selected[r] = seen[rows[r]];
      same &= rows[r] == r;
    }
    if (same) {
      return;
    }
    seen = selected;
    if (real != null) {
      boolean[][] before = real;
      real = Arrays.stream(rows).mapToObj(r -> before[r]).toArray(boolean[][]::new);
      if (!Arrays.deepEquals(before, real)) {
        forgetStep(); // its mask is that of the old rows
      }
    }
    if (rows.length != cache.rows()) {
      forgetStep();
      forgetLogits();
      logits = new NextTokenLogits(decoder.engine(), rows.length, vocabSize());
    }
    cache.select(rows);
    if (decoder.select(rows)) {
      forgetStep();
    }
  }

  /** Computes logits without gradients, and leaves them in place. */
  private void leaveLogits(Supplier<Tensor> computed) {
    Engine engine = decoder.engine();
    engine.noGrad(
        () ->
            engine.scoped(
                () -> {
                  logits.take(computed.get());
                  return null;
                }));
  }

  private void forgetStep() {
    if (step != null) {
      step.close();
      step = null;
    }
  }

  private void forgetLogits() {
    if (logits != null) {
      logits.close();
      logits = null;
    }
  }

  private void forget() {
    forgetStep();
    forgetLogits();
    if (cache != null) {
      cache.close();
      cache = null;
    }
  }

  @Override
  public void close() {
    forget();
    decoder.close();
  }

  /** A recorded step, with what it reads apart from weights and cache. */
  private final class Step implements AutoCloseable {
    /** {@link KeyValueCache#moves} when it was recorded. */
    final long moves = cache.moves();

    private final StepState state =
        new StepState(decoder.engine(), cache.rows(), vocabSize(), maxPositions());
    private final Tensor padding = padding();
    private final Recording recording =
        decoder
            .engine()
            .backend()
            .record(() -> leaveLogits(() -> decoder.step(state, padding, cache)));

    /** Hides the padding in the prompts, [rows, 1, 1, capacity], or null if there is none. */
    private Tensor padding() {
      if (real == null) {
        return null;
      }
      boolean[][] whole = new boolean[real.length][];
      for (int r = 0; r < real.length; r++) {
        whole[r] = Arrays.copyOf(real[r], Math.toIntExact(cache.capacity()));
        Arrays.fill(whole[r], real[r].length, whole[r].length, true);
      }
      Tensor mask = Masks.padding(decoder.engine(), whole);
      return mask == null ? null : mask.disown();
    }

    void run(int[] tokens) {
      state.set(cache.length(), tokens, seen);
      recording.run();
    }

    @Override
    public void close() {
      recording.close();
      state.close();
      if (padding != null) {
        padding.close();
      }
    }
  }
}
