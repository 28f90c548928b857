package dev.kernite.models.classification;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;
import dev.kernite.models.bert.Bert;
import dev.kernite.models.bert.BertConfig;
import dev.kernite.models.bert.BertHead;
import dev.kernite.models.bert.BertInputs;
import dev.kernite.models.training.Objective;
import dev.kernite.models.transformer.Probe;
import dev.kernite.models.transformer.TokenLoss;
import java.util.List;
import java.util.Map;

/** An encoder that learns to tell the class of a text: cross-entropy of its classifier's logits. */
public final class Classifier implements Objective<LabelledBatch> {
  private final Bert model;

  /**
   * Takes a model with a classifier; it remains the caller's.
   *
   * @throws ModelException if it has none, or one for something else than one class a text
   */
  public Classifier(Bert model) {
    if (!model.has(BertHead.CLASSIFIER)
        || model.config().problem() != BertConfig.Problem.SINGLE_LABEL) {
      throw new ModelException(
          "this trains a classifier with one class a text, two classes or more; the model is none");
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

  /** Names of the classes. */
  public List<String> labels() {
    return model.config().labels();
  }

  /** The architecture. */
  public BertConfig config() {
    return model.config();
  }

  @Override
  public Tensor loss(LabelledBatch batch, boolean training) {
    return TokenLoss.of(logits(batch.inputs(), training), batch.labels());
  }

  /** Logits without dropout, [batch * classes]; nothing of the computation is left. */
  float[] logits(BertInputs in) {
    return model.values(() -> logits(in, false));
  }

  private Tensor logits(BertInputs in, boolean training) {
    return model.classLogits(model.hidden(in, training, Probe.NONE), training);
  }
}
