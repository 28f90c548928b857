package dev.kernite.models.training;

import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.AtomicFiles;
import dev.kernite.models.checkpoint.CompanionFiles;
import dev.kernite.models.checkpoint.FileDtype;
import dev.kernite.models.checkpoint.JsonConfig;
import dev.kernite.models.checkpoint.SafetensorsWriter;
import dev.kernite.models.checkpoint.TensorFiles;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * Writes trained models as folders in Hugging Face layout: the weights, and beside them what is
 * taken over from the folder the model came from.
 *
 * @param source where configuration and tokenizer lie
 * @param dtype F32, BF16 or F16
 * @param config what {@code config.json} says differently from the source's, such as the names of
 *     the classes: strings, numbers, lists and maps by key
 */
public record ModelWriter(Path source, FileDtype dtype, Map<String, Object> config)
    implements ModelFormat {
  private static final String WEIGHTS = "model.safetensors";

  /** With the source's configuration. */
  public ModelWriter(Path source, FileDtype dtype) {
    this(source, dtype, Map.of());
  }

  @Override
  public String weights() {
    return WEIGHTS;
  }

  /**
   * Writes {@code model.safetensors} and copies the rest, but for files that are there already.
   *
   * @param folder created if need be
   * @param parameters by their checkpoint names
   */
  @Override
  public void write(Path folder, Map<String, Tensor> parameters) {
    try {
      Files.createDirectories(folder);
      for (String name : CompanionFiles.NAMES) {
        Path file = source.resolve(name);
        if (Files.isRegularFile(file)) {
          update(folder.resolve(name), content(name, file));
        }
      }
    } catch (IOException e) {
      throw new ModelException(folder + ": cannot be written: " + e.getMessage(), e);
    }
    SafetensorsWriter writer = new SafetensorsWriter().metadata("format", "pt");
    try (Arena arena = Arena.ofConfined()) {
      parameters.forEach((name, t) -> TensorFiles.add(writer, name, t, dtype, arena));
      writer.write(folder.resolve(WEIGHTS));
    }
  }

  private byte[] content(String name, Path file) throws IOException {
    boolean changed = name.equals(CompanionFiles.CONFIG) && !config.isEmpty();
    return changed
        ? JsonConfig.read(file).with(config).getBytes(StandardCharsets.UTF_8)
        : Files.readAllBytes(file);
  }

  private static void update(Path copy, byte[] content) throws IOException {
    if (!Files.isRegularFile(copy) || !Arrays.equals(Files.readAllBytes(copy), content)) {
      Files.createDirectories(copy.getParent());
      AtomicFiles.write(copy, content);
    }
  }
}
