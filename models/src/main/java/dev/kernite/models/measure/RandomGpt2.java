package dev.kernite.models.measure;

import dev.kernite.engine.Engine;
import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.AtomicFiles;
import dev.kernite.models.checkpoint.FileDtype;
import dev.kernite.models.checkpoint.JsonConfig;
import dev.kernite.models.gpt2.Gpt2;
import dev.kernite.models.gpt2.Gpt2Config;
import dev.kernite.models.gpt2.Gpt2Files;
import dev.kernite.models.training.ModelWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** GPT-2 models with random weights, in folders as a real one's: speed does not depend on them. */
public enum RandomGpt2 {
  /** The smallest published one: 124 million parameters. */
  M124(50257, 1024, 768, 12, 12),
  /** What a laptop trains: 12 million parameters. */
  M12(4096, 256, 384, 6, 6);

  private final String json;

  RandomGpt2(int vocabulary, int positions, int width, int layers, int heads) {
    json =
        """
        {"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "vocab_size": %d,
         "n_positions": %d, "n_embd": %d, "n_layer": %d, "n_head": %d,
         "embd_pdrop": 0, "attn_pdrop": 0, "resid_pdrop": 0}
        """
            .formatted(vocabulary, positions, width, layers, heads);
  }

  /** A trainable model in memory; the folder receives its {@code config.json}. */
  public Gpt2 fresh(Engine engine, Path folder) {
    Path file = folder.resolve("config.json");
    try {
      Files.createDirectories(folder);
      AtomicFiles.write(file, json.getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new ModelException(file + ": cannot be written: " + e.getMessage(), e);
    }
    return Gpt2Files.fresh(engine, Gpt2Config.of(JsonConfig.read(file)));
  }

  /** Writes a model to a folder. */
  public void write(Engine engine, FileDtype dtype, Path folder) {
    try (Gpt2 model = fresh(engine, folder)) {
      new ModelWriter(folder, dtype).write(folder, model.parameters());
    }
  }

  /** Number of values in all parameters; a frozen model holds the big ones in other forms. */
  static long parameters(Gpt2Config c) {
    long d = c.width();
    long attention = 4 * d * d + 4 * d;
    long feedForward = 2 * d * c.innerWidth() + c.innerWidth() + d;
    long norms = 4 * d;
    long embeddings = ((long) c.vocabSize() + c.positions()) * d;
    return embeddings + c.layers() * (attention + feedForward + norms) + 2 * d;
  }
}
