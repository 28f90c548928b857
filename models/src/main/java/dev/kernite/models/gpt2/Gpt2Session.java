package dev.kernite.models.gpt2;

import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;
import dev.kernite.models.generation.DecodeSession;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** A GPT-2 in the middle of generation, with its key-value cache. */
public final class Gpt2Session implements DecodeSession {
  private final Gpt2 model;
  private Gpt2Cache cache;

  /** Which cached positions are real tokens, [row][position]; null where all are. */
  private boolean[][] real;

  /** Real tokens seen by each row: the position of its next one. */
  private int[] seen;

  private float[] logits = new float[0];

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
    cache = new Gpt2Cache(model.engine(), model.config(), ids.length);
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
    return run(ids, positions);
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
    int[][] ids = new int[tokens.length][];
    int[][] positions = new int[tokens.length][];
    for (int r = 0; r < tokens.length; r++) {
      ids[r] = new int[] {tokens[r]};
      positions[r] = new int[] {seen[r]++};
      if (real != null) {
        real[r] = Arrays.copyOf(real[r], real[r].length + 1);
        real[r][real[r].length - 1] = true;
      }
    }
    return run(ids, positions);
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
      real = Arrays.stream(rows).mapToObj(r -> real[r].clone()).toArray(boolean[][]::new);
    }
    cache.select(rows);
  }

  private float[] run(int[][] ids, int[][] positions) {
    model.engine().noGrad(() -> model.engine().scoped(() -> forward(ids, positions)));
    return logits;
  }

  private Tensor forward(int[][] ids, int[][] positions) {
    Gpt2Inputs inputs = new Gpt2Inputs(ids, real, positions, null);
    Tensor h = model.hidden(inputs, cache, false, Probe.NONE);
    Tensor y = model.logits(h.narrow(1, inputs.time() - 1L, 1).contiguousCopy());
    if (logits.length != y.size()) {
      logits = new float[Math.toIntExact(y.size())];
    }
    y.copyTo(MemorySegment.ofArray(logits));
    return null;
  }

  @Override
  public void close() {
    if (cache != null) {
      cache.close();
      cache = null;
    }
  }
}
