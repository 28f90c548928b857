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
  private boolean[][] real;
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
    real = Arrays.stream(mask).map(boolean[]::clone).toArray(boolean[][]::new);
    int[][] positions = new int[ids.length][];
    for (int r = 0; r < ids.length; r++) {
      positions[r] = positions(mask[r]);
    }
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
      int seen = 0;
      for (boolean b : real[r]) {
        seen += b ? 1 : 0;
      }
      ids[r] = new int[] {tokens[r]};
      positions[r] = new int[] {seen};
      real[r] = Arrays.copyOf(real[r], real[r].length + 1);
      real[r][real[r].length - 1] = true;
    }
    return run(ids, positions);
  }

  @Override
  public void select(int[] rows) {
    boolean[][] selected = new boolean[rows.length][];
    boolean same = rows.length == real.length;
    for (int r = 0; r < rows.length; r++) {
      selected[r] = real[rows[r]].clone();
      same &= rows[r] == r;
    }
    real = selected;
    if (!same) {
      cache.select(rows);
    }
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
