package dev.kernite.models.masking;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Functional;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;
import dev.kernite.models.bert.Bert;
import dev.kernite.models.bert.BertHead;
import dev.kernite.models.bert.BertInputs;
import dev.kernite.models.training.Batch;
import dev.kernite.models.training.Objective;
import dev.kernite.models.transformer.Probe;
import dev.kernite.models.transformer.TokenLoss;
import java.util.Map;
import java.util.stream.IntStream;

/** An encoder that learns to predict masked tokens: cross-entropy over those that have a label. */
public final class MaskedLanguageModel implements Objective<Batch> {
  private final Bert model;

  /**
   * Takes a model with a language head; it remains the caller's.
   *
   * @throws ModelException if it has none
   */
  public MaskedLanguageModel(Bert model) {
    if (!model.has(BertHead.MASKED_LM)) {
      throw new ModelException("the model has no head for masked tokens");
    }
    this.model = model;
  }

  @Override
  public Engine engine() {
    return model.engine();
  }

  @Override
  public Map<String, Tensor> parameters() {
    return model.parameters();
  }

  /** The head, by far the largest product, runs on the few tokens that have a label. */
  @Override
  public Tensor loss(Batch batch, boolean training) {
    BertInputs in = new BertInputs(batch.ids(), batch.mask(), null, null);
    int time = in.time();
    int[] places =
        IntStream.range(0, in.batch() * time)
            .filter(i -> batch.labels()[i / time][i % time] != Batch.IGNORED)
            .toArray();
    if (places.length == 0) {
      throw new ModelException("a batch has no token to predict: all are special or have no label");
    }
    int[] labels = IntStream.of(places).map(i -> batch.labels()[i / time][i % time]).toArray();
    Tensor hidden = model.hidden(in, training, Probe.NONE);
    Tensor rows = hidden.reshape((long) in.batch() * time, model.config().width());
    Tensor where = model.engine().tensor(places, Shape.of(places.length));
    return TokenLoss.of(model.vocabularyLogits(Functional.indexSelect(rows, where, 0)), labels);
  }
}
