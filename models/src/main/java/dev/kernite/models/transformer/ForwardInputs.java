package dev.kernite.models.transformer;

import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.RawTensor;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.checkpoint.TensorFiles;
import dev.kernite.models.checkpoint.TensorInfo;
import java.nio.file.Path;
import java.util.List;

/** The inputs of one forward pass, in a safetensors file. */
public final class ForwardInputs implements AutoCloseable {
  private final Safetensors file;

  private ForwardInputs(Safetensors file) {
    this.file = file;
  }

  /**
   * Opens the file.
   *
   * @param model what the inputs are for, in messages: {@code a GPT-2}
   * @param known names that the model knows
   * @throws ModelException if there are other names in it, or no {@code input_ids}
   */
  public static ForwardInputs open(Path path, String model, List<String> known) {
    Safetensors file = Safetensors.open(path);
    try {
      for (TensorInfo t : file.tensors()) {
        if (!known.contains(t.name())) {
          throw new ModelException(
              "%s: unknown input '%s'; %s knows %s".formatted(path, t.name(), model, known));
        }
      }
      if (!file.contains("input_ids")) {
        throw new ModelException(path + ": no tensor 'input_ids'");
      }
      return new ForwardInputs(file);
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /** Integers [rows][columns], or null if there is no such input. */
  public int[][] rows(String name) {
    return has(name) ? TensorFiles.rows(file.tensor(name)) : null;
  }

  /** A mask [rows][columns], true where a value is not 0, or null if there is no such input. */
  public boolean[][] mask(String name) {
    return has(name) ? TensorFiles.mask(file.tensor(name)) : null;
  }

  /** Whether there is such an input. */
  public boolean has(String name) {
    return file.contains(name);
  }

  /** An input as it lies in the file. */
  public RawTensor tensor(String name) {
    return file.tensor(name);
  }

  @Override
  public void close() {
    file.close();
  }
}
