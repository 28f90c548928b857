package dev.kernite.models.gpt2;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Tensor;
import dev.kernite.kernels.Recording;
import dev.kernite.models.ModelException;
import dev.kernite.models.generation.DecodeSession;
import dev.kernite.models.generation.KeyValueCache;
import dev.kernite.models.generation.NextTokenLogits;
import dev.kernite.models.generation.StepState;
import dev.kernite.models.transformer.Masks;
import dev.kernite.models.transformer.Probe;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * A GPT-2 in the middle of generation, with its key-value cache. A step is recorded: what changes
 * from one to the next is in {@link StepState}, and the rest stays where it is until the cache
 * grows or the number of rows changes.
 */
public final class Gpt2Session implements DecodeSession {
  private final Gpt2 model;
  private KeyValueCache cache;

  /** Which positions of the prompts are real tokens, [row][position]; null where all are. */
  private boolean[][] real;

  /** Real tokens seen by each row: the position of its next one. */
  private int[] seen;

  private NextTokenLogits logits;

  /** The step for the cache as it is now; null until there is one. */
  private Step step;

  Gpt2Session(Gpt2 model) {
    if (!model.hasHead()) {
      throw new ModelException("this checkpoint has no language head: it cannot generate");
    }
    this.model = model;
  }

  @Override
  public int vocabSize() {
    return model.config().vocabSize();
  }

  @Override
  public int maxPositions() {
    return model.config().positions();
  }

  @Override
  public float[] prefill(int[][] ids, boolean[][] mask) {
    close();
    Gpt2Config config = model.config();
    cache =
        new KeyValueCache(
            model.engine(),
            config.layers(),
            config.heads(),
            config.headDim(),
            config.positions(),
            ids.length);
    seen = new int[ids.length];
    int[][] positions = new int[ids.length][];
    boolean padded = false;
    for (int r = 0; r < ids.length; r++) {
      positions[r] = positions(mask[r]);
      for (boolean token : mask[r]) {
        seen[r] += token ? 1 : 0;
        padded |= !token;
      }
    }
    real = padded ? Arrays.stream(mask).map(boolean[]::clone).toArray(boolean[][]::new) : null;
    logits = new NextTokenLogits(model.engine(), ids.length, vocabSize());
    leaveLogits(
        () -> {
          Gpt2Inputs inputs = new Gpt2Inputs(ids, real, positions, null);
          Tensor h = model.hidden(inputs, cache, false, Probe.NONE);
          return h.narrow(1, inputs.time() - 1L, 1).contiguousCopy();
        });
    return logits.values();
  }

  /** Positions count the real tokens; padding gets 1, as in Hugging Face. */
  private static int[] positions(boolean[] real) {
    int[] p = new int[real.length];
    int next = 0;
    for (int t = 0; t < p.length; t++) {
      p[t] = real[t] ? next++ : 1;
    }
    return p;
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
    model.requireOpen();
    model.requireRoom(cache.length() + 1);
    cache.reserve(1);
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
      logits = new NextTokenLogits(model.engine(), rows.length, vocabSize());
    }
    cache.select(rows);
  }

  /** Computes hidden states without gradients, and leaves their logits in place. */
  private void leaveLogits(Supplier<Tensor> hidden) {
    Engine engine = model.engine();
    engine.noGrad(
        () ->
            engine.scoped(
                () -> {
                  logits.take(model.logits(hidden.get()));
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

  @Override
  public void close() {
    forgetStep();
    forgetLogits();
    if (cache != null) {
      cache.close();
      cache = null;
    }
  }

  /** A recorded step, with what it reads apart from weights and cache. */
  private final class Step implements AutoCloseable {
    /** {@link KeyValueCache#moves} when it was recorded. */
    final long moves = cache.moves();

    private final StepState state =
        new StepState(model.engine(), cache.rows(), vocabSize(), maxPositions());
    private final Tensor padding = padding();
    private final Recording recording =
        model.engine().backend().record(() -> leaveLogits(() -> model.step(state, padding, cache)));

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
      Tensor mask = Masks.padding(model.engine(), whole);
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
