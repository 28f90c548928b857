package dev.kernite.models.training;

import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.AtomicFiles;
import dev.kernite.models.checkpoint.FileDtype;
import dev.kernite.models.checkpoint.JsonConfig;
import dev.kernite.models.checkpoint.SafetensorsWriter;
import dev.kernite.models.checkpoint.TensorFiles;
import dev.kernite.models.lora.LoraAdapter;
import dev.kernite.models.lora.LoraFiles;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Writes an adapter alone, see {@link LoraFiles}; the model that it is for stays where it is.
 *
 * @param base the name or folder of that model
 * @param task in PEFT's words, see {@link LoraFiles#describe}
 * @param dtype F32, BF16 or F16
 */
public record AdapterWriter(LoraAdapter adapter, String base, String task, FileDtype dtype)
    implements ModelFormat {
  @Override
  public String weights() {
    return LoraFiles.WEIGHTS;
  }

  @Override
  public void write(Path folder, Map<String, Tensor> parameters) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new ModelException(folder + ": cannot be written: " + e.getMessage(), e);
    }
    AtomicFiles.write(
        folder.resolve(LoraFiles.CONFIG), JsonConfig.text(LoraFiles.describe(adapter, base, task)));
    SafetensorsWriter writer = new SafetensorsWriter().metadata("format", "pt");
    try (Arena arena = Arena.ofConfined()) {
      parameters.forEach((name, t) -> TensorFiles.add(writer, name, t, dtype, arena));
      writer.write(folder.resolve(LoraFiles.WEIGHTS));
    }
  }
}
