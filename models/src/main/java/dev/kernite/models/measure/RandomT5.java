package dev.kernite.models.measure;

import dev.kernite.engine.Engine;
import dev.kernite.models.checkpoint.AtomicFiles;
import dev.kernite.models.checkpoint.FileDtype;
import dev.kernite.models.checkpoint.JsonConfig;
import dev.kernite.models.t5.T5;
import dev.kernite.models.t5.T5Config;
import dev.kernite.models.t5.T5Files;
import dev.kernite.models.training.ModelWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A T5 of the size of t5-small, 60 million parameters, with random weights. */
public final class RandomT5 {
  private static final String CONFIG =
      """
      {"model_type": "t5", "architectures": ["T5ForConditionalGeneration"], "vocab_size": 32128,
       "d_model": 512, "d_kv": 64, "d_ff": 2048, "num_layers": 6, "num_decoder_layers": 6,
       "num_heads": 8, "relative_attention_num_buckets": 32, "dropout_rate": 0,
       "decoder_start_token_id": 0, "pad_token_id": 0, "eos_token_id": 1}
      """;

  private RandomT5() {}

  /** Writes the model to a folder that is there. */
  public static void write(Engine engine, Path folder) {
    Path config = folder.resolve("config.json");
    AtomicFiles.write(config, CONFIG.getBytes(StandardCharsets.US_ASCII));
    try (T5 model = T5Files.fresh(engine, T5Config.of(JsonConfig.read(config)))) {
      new ModelWriter(folder, FileDtype.F32).write(folder, model.parameters());
    }
  }
}
