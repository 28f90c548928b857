package dev.kernite.test.models;

import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.kernite.models.checkpoint.FileDtype;
import dev.kernite.models.checkpoint.RawTensor;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.checkpoint.SafetensorsWriter;
import dev.kernite.models.checkpoint.TensorInfo;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntPredicate;

/**
 * One case of a model's {@code expected.safetensors}: its inputs, and what Hugging Face
 * transformers 4.27.4 computed from them.
 */
public final class ForwardCase implements AutoCloseable {
  private static final List<String> INPUTS =
      List.of(
          "input_ids",
          "attention_mask",
          "position_ids",
          "token_type_ids",
          "decoder_input_ids",
          "labels",
          "next_sentence_label");

  /** How far gradients are from float64, in parts of a parameter's largest (fixtures' README). */
  private static final double GRADIENT_ERROR = 1e-5;

  private static final double GRADIENT_ERROR_OF_T5 = 2e-4;

  private final Safetensors file;
  private final String letter;
  private final double gradientError;
  private final Map<String, RawTensor> values = new TreeMap<>();

  private ForwardCase(Safetensors file, String letter, double gradientError) {
    this.file = file;
    this.letter = letter;
    this.gradientError = gradientError;
    for (TensorInfo t : file.tensors()) {
      if (t.name().startsWith(letter + ".") && !t.name().endsWith("_f64")) {
        values.put(t.name().substring(2), file.tensor(t.name()));
      }
    }
    assertFalse(values.isEmpty(), () -> file.file() + " has no case " + letter);
  }

  /** The case of a model by its letter. */
  public static ForwardCase open(String model, String letter) {
    Path path = Reference.path(model + "/expected.safetensors");
    double error = model.startsWith("t5") ? GRADIENT_ERROR_OF_T5 : GRADIENT_ERROR;
    return new ForwardCase(Safetensors.open(path), letter, error);
  }

  /** Inputs and outputs by name. */
  public Map<String, RawTensor> values() {
    return values;
  }

  /** Whether gradients are among the outputs. */
  public boolean grads() {
    return values.keySet().stream().anyMatch(name -> name.startsWith("grad."));
  }

  /** Writes what of these are inputs to a file; the file. */
  public static Path writeInputs(Map<String, RawTensor> values, Path folder) {
    SafetensorsWriter writer = new SafetensorsWriter();
    values.forEach(
        (name, t) -> {
          if (INPUTS.contains(name)) {
            writer.tensor(name, FileDtype.I64, t.data(), t.info().shape());
          }
        });
    Path in = folder.resolve("in.safetensors");
    writer.write(in);
    return in;
  }

  /** Fails unless a file has all outputs, each as close as the fixtures' README says. */
  public void check(Path outputs) {
    try (Safetensors got = Safetensors.open(outputs)) {
      values.forEach(
          (name, want) -> {
            if (!INPUTS.contains(name)) {
              check(got, name, want);
            }
          });
    }
  }

  private void check(Safetensors got, String name, RawTensor want) {
    if (name.equals("loss")) {
      Reference.requireClose(letter, got, want, name, 0, 1e-5, i -> true);
    } else if (name.startsWith("grad.")) {
      double largest = Reference.largest(want);
      Reference.requireClose(
          letter, got, want, name, 1e-5 + gradientError * largest, 1e-3, i -> true);
    } else {
      Reference.requireClose(letter, got, want, name, 1e-4, 1e-4, live(name, want));
    }
  }

  /** Values at padded positions are not defined: for attention weights, of padded queries. */
  private IntPredicate live(String name, RawTensor want) {
    RawTensor mask = values.get("attention_mask");
    long[] shape = want.info().shape();
    int axis = name.startsWith("attentions.") || name.startsWith("encoder_attentions.") ? 2 : 1;
    boolean decoded = name.startsWith("decoder_") || name.startsWith("cross_");
    if (mask == null || decoded || shape.length < 3 || shape[axis] != mask.info().shape()[1]) {
      return i -> true;
    }
    long inner = 1;
    for (int d = axis + 1; d < shape.length; d++) {
      inner *= shape[d];
    }
    long block = inner;
    long time = shape[axis];
    long sequence = want.info().elements() / shape[0];
    return i -> {
      long at = i / sequence * time + i / block % time;
      return mask.data().get(ValueLayout.JAVA_LONG_UNALIGNED, Long.BYTES * at) != 0;
    };
  }

  @Override
  public void close() {
    file.close();
  }
}
