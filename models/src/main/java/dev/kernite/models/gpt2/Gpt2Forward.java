package dev.kernite.models.gpt2;

import dev.kernite.engine.Scope;
import dev.kernite.engine.Tensor;
import dev.kernite.models.transformer.ForwardInputs;
import dev.kernite.models.transformer.ForwardOutputs;
import dev.kernite.models.transformer.TokenIds;
import java.nio.file.Path;
import java.util.List;

/** One forward pass from a file of inputs to a file of everything the model computes. */
public final class Gpt2Forward {
  private static final List<String> INPUTS =
      List.of("input_ids", "attention_mask", "token_type_ids", "position_ids", "labels");

  private Gpt2Forward() {}

  /**
   * Runs a model once.
   *
   * @param model a loaded model; with {@code grads}, loaded for training
   * @param inputs safetensors file: {@code input_ids} and optionally {@code attention_mask}, {@code
   *     token_type_ids}, {@code position_ids}, {@code labels}, each [batch, time]
   * @param outputs safetensors file to write: hidden states, attentions, keys and values, logits,
   *     the loss when labels are known, {@code grad.PARAMETER} with {@code grads}
   * @param grads whether to compute gradients; labels are then the input ids unless given
   * @param training whether dropout acts
   */
  public static void run(Gpt2 model, Path inputs, Path outputs, boolean grads, boolean training) {
    try (ForwardOutputs out = new ForwardOutputs()) {
      try (ForwardInputs file = ForwardInputs.open(inputs, "a GPT-2", INPUTS)) {
        int[][] ids = file.rows("input_ids");
        int[][] labels = file.has("labels") || !grads ? file.rows("labels") : ids;
        boolean[][] mask = file.mask("attention_mask");
        TokenIds.requireShape(
            "attention_mask", mask, ids); // of this pass alone: no keys are cached
        Gpt2Inputs in =
            new Gpt2Inputs(ids, mask, file.rows("position_ids"), file.rows("token_type_ids"));
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
      Gpt2 model, Gpt2Inputs in, int[][] labels, boolean training, ForwardOutputs out) {
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
      out.loss(scope, model.loss(logits, labels), model.parameters());
    }
  }
}
