package dev.kernite.models.seq2seq;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;
import dev.kernite.models.t5.T5;
import dev.kernite.models.t5.T5Inputs;
import dev.kernite.models.training.Objective;
import dev.kernite.models.transformer.Probe;
import dev.kernite.models.transformer.TokenLoss;
import java.util.Map;

/** A T5 that learns to write labels: cross-entropy of each token, given those before it. */
public final class Seq2Seq implements Objective<PairBatch> {
  private final T5 model;

  /**
   * Takes a model; it remains the caller's.
   *
   * @throws ModelException if it cannot write
   */
  public Seq2Seq(T5 model) {
    if (!model.hasHead()) {
      throw new ModelException("this checkpoint has no language head: it cannot learn to write");
    }
    this.model = model;
  }

  /** The model. */
  public T5 model() {
    return model;
  }

  @Override
  public Engine engine() {
    return model.engine();
  }

  @Override
  public Map<String, Tensor> parameters() {
    return model.parameters();
  }

  @Override
  public Tensor loss(PairBatch batch, boolean training) {
    T5Inputs in = T5Inputs.of(batch.ids(), batch.real(), batch.labels(), model.config());
    return TokenLoss.of(model.logits(model.hidden(in, training, Probe.NONE)), batch.labels());
  }
}
