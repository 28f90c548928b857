package dev.kernite.cli;

import dev.kernite.engine.Engine;
import dev.kernite.models.checkpoint.JsonConfig;
import dev.kernite.models.gpt2.Gpt2;
import dev.kernite.models.gpt2.Gpt2Config;
import dev.kernite.models.gpt2.Gpt2Files;
import dev.kernite.models.lora.LoraAdapter;
import dev.kernite.models.t5.T5;
import dev.kernite.models.t5.T5Config;
import dev.kernite.models.t5.T5Files;
import dev.kernite.models.training.ModelWriter;
import dev.kernite.models.weights.Use;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code merge}: a model and an adapter become a model. */
@Command(name = "merge", description = "Add a LoRA adapter to a model's weights for good.")
final class MergeCommand implements Callable<Integer> {
  private final Globals globals;

  @Option(names = "--model", required = true, paramLabel = "M", description = "The model.")
  private String model;

  @Option(
      names = "--adapter",
      required = true,
      paramLabel = "DIR",
      description = "LoRA adapter for the model, in PEFT's layout.")
  private Path adapter;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Folder for the model that results.")
  private Path out;

  @Option(
      names = "--dtype",
      defaultValue = "f32",
      paramLabel = "T",
      description = "Type of the weights written: f32, bf16 or f16 (default: f32).")
  private WeightType dtype;

  MergeCommand(Globals globals) {
    this.globals = globals;
  }

  @Override
  public Integer call() {
    Path folder = ModelFolder.of(model, globals);
    JsonConfig config = JsonConfig.read(folder.resolve("config.json"));
    ModelWriter writer = new ModelWriter(folder, dtype.inFile());
    try (Engine engine = globals.openEngine()) {
      LoraAdapter read = LoraAdapter.read(engine, adapter, Use.INFERENCE).merging();
      if (T5Config.knows(config)) {
        try (T5 merged = T5Files.load(engine, folder, T5Config.of(config), Use.FROZEN, read)) {
          writer.write(out, merged.parameters());
        }
      } else {
        try (Gpt2 merged =
            Gpt2Files.load(engine, folder, Gpt2Config.of(config), Use.FROZEN, read)) {
          writer.write(out, merged.parameters());
        }
      }
    }
    if (globals.json()) {
      new JsonLine().put("out", out.toString()).print(globals.out());
    } else {
      globals.out().println("the model is in " + out);
    }
    return ExitCode.OK;
  }
}
