package dev.kernite.models.gpt2;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.RawTensor;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.checkpoint.SafetensorsWriter;
import dev.kernite.models.checkpoint.TensorFiles;
import dev.kernite.models.checkpoint.TensorInfo;
import java.lang.foreign.Arena;
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
    try (Arena arena = Arena.ofConfined()) {
      SafetensorsWriter writer = new SafetensorsWriter();
      try (Safetensors file = Safetensors.open(inputs)) {
        requireKnown(file);
        int[][] ids = rows(file, "input_ids");
        if (ids == null) {
          throw new ModelException(inputs + ": no tensor 'input_ids'");
        }
        int[][] labels = rows(file, "labels");
        Gpt2Inputs in =
            new Gpt2Inputs(
                ids,
                mask(rows(file, "attention_mask"), ids),
                rows(file, "position_ids"),
                rows(file, "token_type_ids"));
        Runnable pass =
            () ->
                compute(model, in, labels == null && grads ? ids : labels, training, writer, arena);
        if (grads) {
          pass.run();
        } else {
          model.engine().noGrad(pass);
        }
      }
      writer.write(outputs);
    }
  }

  private static void compute(
      Gpt2 model,
      Gpt2Inputs in,
      int[][] labels,
      boolean training,
      SafetensorsWriter writer,
      Arena arena) {
    Engine engine = model.engine();
    try (Scope scope = engine.scope()) {
      Probe writeAll = (name, value) -> TensorFiles.add(writer, name, value, arena);
      Tensor hidden = model.hidden(in, training, writeAll);
      if (!model.hasHead()) {
        return;
      }
      Tensor logits = model.logits(hidden);
      TensorFiles.add(writer, "logits", logits, arena);
      if (labels == null) {
        return;
      }
      Tensor loss = scope.keep(model.loss(logits, labels));
      TensorFiles.add(writer, "loss", loss, arena);
      if (engine.isRecording()) {
        loss.backward();
        model
            .parameters()
            .forEach(
                (name, p) -> {
                  Tensor grad = p.grad() == null ? engine.zeros(p.shape()) : p.grad();
                  TensorFiles.add(writer, "grad." + name, grad, arena);
                });
      }
      loss.close();
    }
  }

  private static void requireKnown(Safetensors file) {
    for (TensorInfo t : file.tensors()) {
      if (!INPUTS.contains(t.name())) {
        throw new ModelException(
            file.file() + ": unknown input '" + t.name() + "'; a GPT-2 knows " + INPUTS);
      }
    }
  }

  private static int[][] rows(Safetensors file, String name) {
    if (!file.contains(name)) {
      return null;
    }
    RawTensor raw = file.tensor(name);
    return TensorFiles.rows(raw);
  }

  private static boolean[][] mask(int[][] values, int[][] ids) {
    if (values == null) {
      return null;
    }
    boolean[][] mask = new boolean[values.length][];
    for (int b = 0; b < values.length; b++) {
      if (values.length != ids.length || values[b].length != ids[0].length) {
        throw new ModelException("attention_mask must have the shape of input_ids");
      }
      mask[b] = new boolean[values[b].length];
      for (int t = 0; t < values[b].length; t++) {
        mask[b][t] = values[b][t] != 0;
      }
    }
    return mask;
  }
}
