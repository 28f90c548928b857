package dev.kernite.models.training;

import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.AtomicFiles;
import dev.kernite.models.checkpoint.FileDtype;
import dev.kernite.models.checkpoint.SafetensorsWriter;
import dev.kernite.models.checkpoint.TensorFiles;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Writes trained models as folders in Hugging Face layout: the weights, and beside them what is
 * taken over from the folder the model came from.
 *
 * @param source where configuration and tokenizer lie
 * @param dtype F32, BF16 or F16
 */
public record ModelWriter(Path source, FileDtype dtype) {
  private static final List<String> TAKEN_OVER =
      List.of(
          "config.json",
          "generation_config.json",
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "vocab.json",
          "merges.txt",
          "vocab.txt",
          "spiece.model");

  /**
   * Writes {@code model.safetensors} and copies the rest, but for files that are there already.
   *
   * @param folder created if need be
   * @param parameters by their checkpoint names
   */
  public void write(Path folder, Map<String, Tensor> parameters) {
    try {
      Files.createDirectories(folder);
      for (String name : TAKEN_OVER) {
        Path file = source.resolve(name);
        Path copy = folder.resolve(name);
        if (Files.isRegularFile(file) && !holdsTheSame(copy, file)) {
          AtomicFiles.write(copy, Files.readAllBytes(file));
        }
      }
    } catch (IOException e) {
      throw new ModelException(folder + ": cannot be written: " + e.getMessage(), e);
    }
    SafetensorsWriter writer = new SafetensorsWriter().metadata("format", "pt");
    try (Arena arena = Arena.ofConfined()) {
      parameters.forEach((name, t) -> TensorFiles.add(writer, name, t, dtype, arena));
      writer.write(folder.resolve("model.safetensors"));
    }
  }

  private static boolean holdsTheSame(Path copy, Path file) throws IOException {
    return Files.isRegularFile(copy) && Files.mismatch(copy, file) == -1;
  }
}
