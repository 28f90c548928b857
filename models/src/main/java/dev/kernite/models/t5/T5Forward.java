package dev.kernite.models.t5;

import dev.kernite.engine.Scope;
import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;
import dev.kernite.models.transformer.ForwardInputs;
import dev.kernite.models.transformer.ForwardOutputs;
import dev.kernite.models.transformer.TokenIds;
import dev.kernite.models.transformer.TokenLoss;
import java.nio.file.Path;
import java.util.List;

/** One forward pass from a file of inputs to a file of everything the model computes. */
public final class T5Forward {
  private static final String DECODER_IDS = "decoder_input_ids";
  private static final String LABELS = "labels";
  private static final List<String> INPUTS =
      List.of("input_ids", "attention_mask", DECODER_IDS, "decoder_attention_mask", LABELS);

  private T5Forward() {}

  /**
   * Runs a model once.
   *
   * @param model a loaded model; with {@code grads}, loaded for training
   * @param inputs safetensors file: {@code input_ids} and optionally {@code attention_mask} [batch,
   *     time]; {@code decoder_input_ids}, by default the labels shifted right, and optionally
   *     {@code decoder_attention_mask} and {@code labels} [batch, decoder time]
   * @param outputs safetensors file to write: hidden states, attentions and position biases of
   *     encoder and decoder, logits, the loss when there are labels, {@code grad.PARAMETER} with
   *     {@code grads}
   * @param grads whether to compute gradients, for which there must be labels
   * @param training whether dropout acts
   */
  public static void run(T5 model, Path inputs, Path outputs, boolean grads, boolean training) {
    try (ForwardOutputs out = new ForwardOutputs()) {
      try (ForwardInputs file = ForwardInputs.open(inputs, "a T5", INPUTS)) {
        int[][] labels = file.rows(LABELS);
        if (labels == null && (grads || !file.has(DECODER_IDS))) {
          throw new ModelException(
              inputs
                  + (grads
                      ? ": no labels, so there is no loss to differentiate"
                      : ": the decoder needs decoder_input_ids or labels"));
        }
        int[][] decoderIds =
            file.has(DECODER_IDS)
                ? file.rows(DECODER_IDS)
                : T5Inputs.shiftRight(labels, model.config());
        if (labels != null) {
          TokenIds.requireShape(LABELS, labels, decoderIds);
        }
        T5Inputs in =
            new T5Inputs(
                file.rows("input_ids"),
                file.mask("attention_mask"),
                decoderIds,
                file.mask("decoder_attention_mask"));
        Runnable pass = () -> compute(model, in, labels, training, out);
        if (grads) {
          pass.run();
        } else {
          model.engine().noGrad(pass);
        }
      }
      out.write(outputs);
    }
  }

  private static void compute(
      T5 model, T5Inputs in, int[][] labels, boolean training, ForwardOutputs out) {
    try (Scope scope = model.engine().scope()) {
      Tensor hidden = model.hidden(in, training, out::add);
      if (!model.hasHead()) {
        return;
      }
      Tensor logits = model.logits(hidden);
      out.add("logits", logits);
      if (labels == null) {
        return;
      }
      out.loss(scope, TokenLoss.of(logits, labels), model.parameters());
    }
  }
}
