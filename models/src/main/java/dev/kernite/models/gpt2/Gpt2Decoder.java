package dev.kernite.models.gpt2;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;
import dev.kernite.models.generation.CachedDecoder;
import dev.kernite.models.generation.KeyValueCache;
import dev.kernite.models.generation.StepState;
import dev.kernite.models.transformer.Probe;

/** How a GPT-2 generates. */
record Gpt2Decoder(Gpt2 model) implements CachedDecoder {
  /** Fails if the model cannot write. */
  Gpt2Decoder {
    if (!model.hasHead()) {
      throw new ModelException("this checkpoint has no language head: it cannot generate");
    }
  }

  @Override
  public Engine engine() {
    return model.engine();
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
  public KeyValueCache newCache(int rows) {
    Gpt2Config c = model.config();
    return new KeyValueCache(engine(), c.layers(), c.heads(), c.headDim(), c.positions(), rows);
  }

  @Override
  public Tensor prefill(int[][] ids, boolean[][] real, KeyValueCache cache) {
    int[][] positions = real == null ? null : positions(real);
    Gpt2Inputs inputs = new Gpt2Inputs(ids, real, positions, null);
    Tensor h = model.hidden(inputs, cache, false, Probe.NONE);
    return model.logits(h.narrow(1, inputs.time() - 1L, 1).contiguousCopy());
  }

  /** Positions count the real tokens; padding gets 1, as in Hugging Face. */
  private static int[][] positions(boolean[][] real) {
    int[][] positions = new int[real.length][];
    for (int r = 0; r < real.length; r++) {
      int[] p = new int[real[r].length];
      int next = 0;
      for (int t = 0; t < p.length; t++) {
        p[t] = real[r][t] ? next++ : 1;
      }
      positions[r] = p;
    }
    return positions;
  }

  @Override
  public void prepare(KeyValueCache cache) {
    model.requireOpen();
  }

  @Override
  public Tensor step(StepState state, Tensor padding, KeyValueCache cache) {
    return model.logits(model.step(state, padding, cache));
  }

  @Override
  public boolean select(int[] rows) {
    return false;
  }

  @Override
  public void close() {}
}
