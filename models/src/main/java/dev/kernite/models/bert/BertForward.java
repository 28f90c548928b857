package dev.kernite.models.bert;

import dev.kernite.engine.Functional;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;
import dev.kernite.models.bert.BertConfig.Problem;
import dev.kernite.models.checkpoint.TensorFiles;
import dev.kernite.models.transformer.ForwardInputs;
import dev.kernite.models.transformer.ForwardOutputs;
import dev.kernite.models.transformer.TokenLoss;
import java.nio.file.Path;
import java.util.List;

/** One forward pass from a file of inputs to a file of everything the model computes. */
public final class BertForward {
  private static final String LABELS = "labels";
  private static final String NEXT_SENTENCE = "next_sentence_label";
  private static final List<String> INPUTS =
      List.of(
          "input_ids", "attention_mask", "token_type_ids", "position_ids", LABELS, NEXT_SENTENCE);

  private final Bert model;
  private final ForwardInputs file;
  private final BertInputs in;
  private final boolean training;
  private final ForwardOutputs out;

  private BertForward(Bert model, ForwardInputs file, boolean training, ForwardOutputs out) {
    this.model = model;
    this.file = file;
    this.training = training;
    this.out = out;
    in =
        new BertInputs(
            file.rows("input_ids"),
            file.mask("attention_mask"),
            file.rows("token_type_ids"),
            file.rows("position_ids"));
  }

  /**
   * Runs a model once.
   *
   * @param model a loaded model; with {@code grads}, loaded for training
   * @param inputs safetensors file: {@code input_ids} and optionally {@code attention_mask}, {@code
   *     token_type_ids}, {@code position_ids}, each [batch, time]; {@code labels} [batch, time] for
   *     a language head, [batch] for a classifier; {@code next_sentence_label} [batch]
   * @param outputs safetensors file to write: hidden states, attentions, pooled outputs, the logits
   *     of each head, the loss when labels are given, {@code grad.PARAMETER} with {@code grads}
   * @param grads whether to compute gradients, for which there must be labels
   * @param training whether dropout acts
   */
  public static void run(Bert model, Path inputs, Path outputs, boolean grads, boolean training) {
    try (ForwardOutputs out = new ForwardOutputs()) {
      try (ForwardInputs file = ForwardInputs.open(inputs, "a BERT", INPUTS)) {
        if (grads && !file.has(LABELS) && !file.has(NEXT_SENTENCE)) {
          throw new ModelException(inputs + ": no labels, so there is no loss to differentiate");
        }
        BertForward pass = new BertForward(model, file, training, out);
        if (grads) {
          pass.compute();
        } else {
          model.engine().noGrad(pass::compute);
        }
      }
      out.write(outputs);
    }
  }

  private void compute() {
    try (Scope scope = model.engine().scope()) {
      Tensor hidden = model.hidden(in, training, out::add);
      pool(hidden);
      Tensor loss = null;
      if (model.has(BertHead.MASKED_LM)) {
        loss = maskedLm(hidden);
      }
      if (model.has(BertHead.NEXT_SENTENCE) && model.has(BertHead.POOLER)) {
        loss = sum(loss, nextSentence(hidden));
      }
      if (model.has(BertHead.CLASSIFIER)) {
        loss = sum(loss, classes(hidden));
      }
      if (loss == null) {
        return;
      }
      out.loss(scope, loss, model.parameters());
    }
  }

  private void pool(Tensor hidden) {
    if (model.has(BertHead.POOLER)) {
      out.add("pooler_output", model.pooled(hidden));
    }
    Tensor mean = Pooling.MEAN.apply(model, hidden, in.real());
    out.add("mean_pooled", mean);
    out.add("mean_pooled_l2", Pooling.normalised(mean));
  }

  /** With a next-sentence head beside it, its logits have a name of their own. */
  private Tensor maskedLm(Tensor hidden) {
    Tensor logits = model.vocabularyLogits(hidden);
    out.add(model.has(BertHead.NEXT_SENTENCE) ? "prediction_logits" : "logits", logits);
    return file.has(LABELS) ? TokenLoss.of(logits, file.rows(LABELS)) : null;
  }

  private Tensor nextSentence(Tensor hidden) {
    Tensor logits = model.nextSentenceLogits(model.pooled(hidden));
    out.add(model.has(BertHead.MASKED_LM) ? "seq_relationship_logits" : "logits", logits);
    String labels = model.has(BertHead.MASKED_LM) ? NEXT_SENTENCE : LABELS;
    return file.has(labels) ? TokenLoss.of(logits, ints(labels)) : null;
  }

  private Tensor classes(Tensor hidden) {
    Tensor logits = model.classLogits(hidden, training);
    out.add("logits", logits);
    if (!file.has(LABELS)) {
      return null;
    }
    Problem problem = model.config().problem();
    return problem == Problem.SINGLE_LABEL
        ? TokenLoss.of(logits, ints(LABELS))
        : BertLoss.values(logits, floats(LABELS), problem);
  }

  private int[] ints(String name) {
    return TensorFiles.ints(model.engine(), file.tensor(name)).toInts();
  }

  private float[] floats(String name) {
    boolean whole = !file.tensor(name).info().dtype().isFloat();
    if (whole) {
      int[] values = ints(name);
      float[] floats = new float[values.length];
      for (int i = 0; i < floats.length; i++) {
        floats[i] = values[i];
      }
      return floats;
    }
    return TensorFiles.floats(model.engine(), file.tensor(name)).toFloats();
  }

  private static Tensor sum(Tensor a, Tensor b) {
    return a == null ? b : b == null ? a : Functional.add(a, b);
  }
}
