package dev.kernite.models.gpt2;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;
import dev.kernite.models.transformer.ForwardInputs;
import dev.kernite.models.transformer.ForwardOutputs;
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
        Gpt2Inputs in =
            new Gpt2Inputs(
                ids,
                mask(file.mask("attention_mask"), ids),
                file.rows("position_ids"),
                file.rows("token_type_ids"));
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
    Engine engine = model.engine();
    try (Scope scope = engine.scope()) {
      Tensor hidden = model.hidden(in, training, out::add);
      if (!model.hasHead()) {
        return;
      }
      Tensor logits = model.logits(hidden);
      out.add("logits", logits);
      if (labels == null) {
        return;
      }
      Tensor loss = scope.keep(model.loss(logits, labels));
      out.add("loss", loss);
      if (engine.isRecording()) {
        loss.backward();
        out.gradients(engine, model.parameters());
      }
      loss.close();
    }
  }

  /** Of this pass alone: a mask over cached keys too is for sessions. */
  private static boolean[][] mask(boolean[][] mask, int[][] ids) {
    boolean fits = mask == null || mask.length == ids.length;
    for (int b = 0; fits && mask != null && b < mask.length; b++) {
      fits = mask[b].length == ids[0].length;
    }
    if (!fits) {
      throw new ModelException("attention_mask must have the shape of input_ids");
    }
    return mask;
  }
}
