package dev.kernite.cli;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.op.Catalogue;
import dev.kernite.engine.op.Input;
import dev.kernite.models.checkpoint.Conversions;
import dev.kernite.models.checkpoint.RawTensor;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.checkpoint.TensorFiles;
import dev.kernite.models.checkpoint.TensorInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/**
 * Which tensor of a file goes where. A tensor fills the input of its own name; an attribute that is
 * called like an input names the tensor that fills it ({@code "weight": "w"}); one tensor may fill
 * several. An operation of any number of inputs takes all tensors in the order of the file.
 */
final class OpInputs {
  /** The upstream gradient's name in the file. */
  static final String GRAD_OUTPUT = "grad_output";

  private final Catalogue.Entry entry;
  private final Safetensors file;

  /** What each tensor that is used is read as: the first input it fills. */
  private final SequencedMap<String, Input> inputs = new LinkedHashMap<>();

  /** The tensor that fills each input, by their names; absent ones are not in it. */
  private final Map<String, String> fills = new HashMap<>();

  private OpInputs(Catalogue.Entry entry, Safetensors file) {
    this.entry = entry;
    this.file = file;
  }

  /**
   * Assigns the tensors of a file.
   *
   * @param attributes attributes from the command line; those that name tensors are taken out
   */
  static OpInputs assign(Catalogue.Entry entry, Safetensors file, Map<String, Object> attributes) {
    OpInputs result = new OpInputs(entry, file);
    Set<String> unused = new LinkedHashSet<>();
    for (TensorInfo tensor : file.tensors()) {
      unused.add(tensor.name());
    }
    unused.remove(GRAD_OUTPUT);
    if (entry.isVariadic()) {
      unused.forEach(name -> result.inputs.put(name, entry.inputs().getFirst()));
      return result;
    }
    for (Input input : entry.inputs()) {
      Object referred = attributes.remove(input.value());
      String name = referred == null ? input.value() : String.valueOf(referred);
      boolean there = !name.equals(GRAD_OUTPUT) && file.contains(name);
      if (unused.remove(name) || (referred != null && there)) {
        result.inputs.putIfAbsent(name, input);
        result.fills.put(input.value(), name);
      } else if (referred != null) {
        throw new CommandException(
            "%s: attribute %s is to name an input tensor, '%s' is none; %s holds %s"
                .formatted(entry.label(), input.value(), name, file.file(), file.tensors()));
      }
    }
    if (!unused.isEmpty()) {
      throw new CommandException(
          "%s: unknown input tensors %s in %s; known are %s and %s"
              .formatted(
                  entry.label(),
                  unused,
                  file.file(),
                  entry.inputs().stream().map(Input::value).toList(),
                  GRAD_OUTPUT));
    }
    return result;
  }

  /** The tensors by their names in the file, read into the engine. */
  SequencedMap<String, Tensor> read(Engine engine, boolean withGradients) {
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    inputs.forEach(
        (name, input) -> {
          Tensor tensor = read(engine, file.tensor(name), input.kind());
          if (withGradients && input.gradient() && tensor.dtype().isFloat()) {
            tensor.requireGrad();
          }
          tensors.put(name, tensor);
        });
    return tensors;
  }

  private static Tensor read(Engine engine, RawTensor raw, Input.Kind kind) {
    boolean isFloat = Conversions.isFloat(raw.info().dtype());
    return switch (kind) {
      case FLOAT -> TensorFiles.floats(engine, raw);
      case INDEX -> TensorFiles.ints(engine, raw);
      case MASK -> TensorFiles.mask(engine, raw);
      case INDEX_OR_FLOAT ->
          isFloat ? TensorFiles.floats(engine, raw) : TensorFiles.ints(engine, raw);
      case MASK_OR_FLOAT ->
          isFloat ? TensorFiles.floats(engine, raw) : TensorFiles.mask(engine, raw);
    };
  }

  /** The arguments of the operation: absent optional inputs are null. */
  Tensor[] arguments(Map<String, Tensor> tensors) {
    if (entry.isVariadic()) {
      return tensors.values().toArray(Tensor[]::new);
    }
    List<Tensor> arguments = new ArrayList<>();
    for (Input input : entry.inputs()) {
      String name = fills.get(input.value());
      arguments.add(name == null ? null : tensors.get(name));
    }
    return arguments.toArray(Tensor[]::new);
  }
}
