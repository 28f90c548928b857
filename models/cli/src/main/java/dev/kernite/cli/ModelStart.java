package dev.kernite.cli;

import dev.kernite.engine.Engine;
import dev.kernite.models.bert.Bert;
import dev.kernite.models.bert.BertConfig;
import dev.kernite.models.bert.BertFiles;
import dev.kernite.models.bert.BertHead;
import dev.kernite.models.checkpoint.Checkpoint;
import dev.kernite.models.checkpoint.JsonConfig;
import dev.kernite.models.gpt2.Gpt2;
import dev.kernite.models.gpt2.Gpt2Config;
import dev.kernite.models.gpt2.Gpt2Files;
import dev.kernite.models.lora.LoraAdapter;
import dev.kernite.models.t5.T5;
import dev.kernite.models.t5.T5Config;
import dev.kernite.models.t5.T5Files;
import dev.kernite.models.weights.Use;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * Where training starts.
 *
 * @param folder holds configuration and tokenizer, and weights unless {@code fresh}
 * @param fresh whether the weights are drawn afresh
 */
record ModelStart(Path folder, boolean fresh) {
  private static final String CONFIG = "config.json";

  /** From {@code --model M|CONFIG}: a file is a configuration, a folder without weights too. */
  static ModelStart of(String model, Globals globals) {
    Path path = Path.of(model);
    if (Files.isRegularFile(path)) {
      if (!path.getFileName().toString().equals(CONFIG)) {
        throw new CommandException(
            model + ": a configuration must be called config.json; name it so, or give its folder");
      }
      return new ModelStart(path.toAbsolutePath().getParent(), true);
    }
    Path folder = ModelFolder.of(model, globals);
    return new ModelStart(folder, !Checkpoint.isIn(folder));
  }

  /** The configuration. */
  JsonConfig config() {
    return JsonConfig.read(folder.resolve(CONFIG));
  }

  /** The architecture of an encoder; {@code dropout} replaces all its probabilities. */
  BertConfig encoderConfig(Float dropout) {
    BertConfig config = BertConfig.of(config());
    return dropout == null ? config : config.withDropout(dropout, dropout, dropout);
  }

  /** Loads or draws an encoder; heads that its checkpoint lacks are drawn. */
  Bert openEncoder(Engine engine, BertConfig config, Set<BertHead> heads) {
    return fresh
        ? BertFiles.fresh(engine, config, heads)
        : BertFiles.loadForTraining(engine, folder, config, heads);
  }

  /**
   * Loads or draws a T5; {@code dropout} replaces that of the configuration.
   *
   * @param adapter learns in its place, or null
   */
  T5 openT5(Engine engine, Float dropout, LoraAdapter adapter) {
    T5Config config = T5Config.of(config());
    if (dropout != null) {
      config = config.withDropout(dropout);
    }
    if (adapter != null) {
      return T5Files.load(engine, folder, config, Use.FROZEN, adapter);
    }
    return fresh
        ? T5Files.fresh(engine, config)
        : T5Files.load(engine, folder, config, Use.TRAINING);
  }

  /**
   * Loads or draws a GPT-2; {@code dropout} replaces all probabilities of the configuration.
   *
   * @param adapter learns in its place, or null
   */
  Gpt2 open(Engine engine, Float dropout, LoraAdapter adapter) {
    Gpt2Config config = Gpt2Config.of(config());
    if (dropout != null) {
      config = config.withDropout(dropout, dropout, dropout);
    }
    if (adapter != null) {
      return Gpt2Files.load(engine, folder, config, Use.FROZEN, adapter);
    }
    return fresh
        ? Gpt2Files.fresh(engine, config)
        : Gpt2Files.load(engine, folder, config, Use.TRAINING);
  }
}
