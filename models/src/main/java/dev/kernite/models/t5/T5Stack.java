package dev.kernite.models.t5;

import static dev.kernite.engine.Functional.embedding;
import static dev.kernite.engine.Functional.permute;
import static dev.kernite.engine.Functional.rmsNorm;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.nn.Dropout;
import dev.kernite.models.transformer.Probe;
import java.util.ArrayList;
import java.util.List;

/** Encoder or decoder: blocks, a last normalisation, and the bias of relative positions. */
final class T5Stack {
  private final Engine engine;
  private final T5Config config;
  private final T5Weights.Stack weights;
  private final RelativePositions positions;
  private final List<T5Block> blocks = new ArrayList<>();

  /** Puts a stack together; {@code positions} say which bucket each pair is in. */
  T5Stack(Engine engine, T5Config config, T5Weights.Stack weights, RelativePositions positions) {
    this.engine = engine;
    this.config = config;
    this.weights = weights;
    this.positions = positions;
    for (int i = 0; i < weights.blocks().size(); i++) {
      blocks.add(new T5Block(i, config, weights.blocks().get(i)));
    }
  }

  /** What is added to the scores of all pairs of so many positions, [1, heads, time, time]. */
  Tensor bias(int time) {
    int[] buckets = positions.all(time, time);
    return bias(engine.tensor(buckets, Shape.of(time, time)).checkedBelow(config.buckets()));
  }

  /**
   * What is added to scores.
   *
   * @param buckets of each pair, int32 [queries, keys]
   * @return [1, heads, queries, keys]
   */
  Tensor bias(Tensor buckets) {
    Tensor perHead = permute(embedding(weights.positions(), buckets), 2, 0, 1);
    return perHead.reshape(1, config.heads(), buckets.shape().dim(0), buckets.shape().dim(1));
  }

  /**
   * Runs the blocks.
   *
   * @param embedded [batch, time, width]
   * @return the normalised hidden states, likewise
   */
  Tensor forward(Tensor embedded, T5Pass pass) {
    Probe probe = pass.probe();
    Dropout dropout = new Dropout(config.dropout());
    Tensor h = dropout.apply(embedded, pass.training());
    for (int i = 0; i < blocks.size(); i++) {
      probe.see(pass.stack() + "_hidden_states." + i, h);
      h = inOwnScope(blocks.get(i), h, pass);
    }
    h = rmsNorm(h, weights.norm(), config.epsilon());
    h = dropout.apply(h, pass.training());
    probe.see(pass.stack() + "_hidden_states." + blocks.size(), h);
    probe.see(pass.stack() + "_last_hidden_state", h);
    return h;
  }

  /** Without gradients, a block's intermediate results are freed as soon as it is done. */
  private Tensor inOwnScope(T5Block block, Tensor h, T5Pass pass) {
    if (engine.isRecording()) {
      return block.forward(h, pass);
    }
    Tensor next = engine.scoped(() -> block.forward(h, pass));
    h.close();
    return next;
  }
}
