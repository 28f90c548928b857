package dev.kernite.cli;

import dev.kernite.engine.Engine;
import dev.kernite.models.checkpoint.JsonConfig;
import dev.kernite.models.gpt2.Gpt2;
import dev.kernite.models.lora.LoraAdapter;
import dev.kernite.models.training.Batch;
import dev.kernite.models.training.BatchSource;
import dev.kernite.models.training.CausalModel;
import dev.kernite.models.training.FileBatches;
import dev.kernite.models.training.HeldOut;
import dev.kernite.models.training.Judge;
import dev.kernite.models.training.Objective;
import dev.kernite.models.training.TextBatches;
import dev.kernite.models.training.TextData;
import dev.kernite.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;

/** {@code train --task causal-lm}: a GPT-2 learns to predict the next token. */
final class CausalTask implements TrainTask<Batch> {
  private final Gpt2 gpt2;
  private final CausalModel model;
  private final BatchSource<Batch> batches;
  private final HeldOut heldOut;

  private CausalTask(Gpt2 gpt2, BatchSource<Batch> batches, HeldOut heldOut) {
    this.gpt2 = gpt2;
    this.model = CausalModel.of(gpt2);
    this.batches = batches;
    this.heldOut = heldOut;
  }

  static CausalTask open(
      Engine engine,
      ModelStart start,
      TrainData data,
      TrainHyperparameters hyper,
      LoraAdapter adapter) {
    Gpt2 gpt2 = start.open(engine, hyper.dropout(), adapter);
    try {
      return open(gpt2, start.folder(), data, hyper.seed());
    } catch (RuntimeException | Error e) {
      gpt2.close();
      throw e;
    }
  }

  private static CausalTask open(Gpt2 gpt2, Path folder, TrainData data, long seed) {
    int time = data.time(gpt2.config().positions());
    if (data.isBatches()) {
      if (data.evalSplit()) {
        throw new CommandException("--eval needs a text file when --data holds ready batches");
      }
      HeldOut heldOut = data.hasEvalFile() ? other(folder, data, time) : null;
      return new CausalTask(gpt2, new FileBatches(data.data()), heldOut);
    }
    Encoder encoder = Encoder.of(folder);
    EvaluationText text = EvaluationText.read(data, encoder.encode(), encoder.endOfText());
    BatchSource<Batch> batches = new TextBatches(text.training(), data.batchSize(), time, seed);
    HeldOut heldOut =
        text.heldOut() == null
            ? null
            : new HeldOut(text.heldOut(), text.heldOutBytes(), time, data.batchSize());
    return new CausalTask(gpt2, batches, heldOut);
  }

  private static HeldOut other(Path folder, TrainData data, int time) {
    Encoder encoder = Encoder.of(folder);
    TextData text = EvaluationText.heldOut(data, encoder.encode(), encoder.endOfText());
    return new HeldOut(text.heldOut(), text.heldOutBytes(), time, data.batchSize());
  }

  @Override
  public Objective<Batch> objective() {
    return model;
  }

  @Override
  public BatchSource<Batch> batches() {
    return batches;
  }

  @Override
  public Judge judge() {
    return heldOut == null ? null : heldOut.judge(model);
  }

  @Override
  public Map<String, String> settings() {
    return Map.of();
  }

  @Override
  public Map<String, Object> config() {
    return Map.of();
  }

  @Override
  public void close() {
    if (batches instanceof FileBatches file) {
      file.close();
    }
    gpt2.close();
  }

  /** A model's tokenizer and its end-of-text token, -1 where it has none. */
  private record Encoder(Function<String, int[]> encode, int endOfText) {
    static Encoder of(Path modelFolder) {
      Tokenizer tokenizer = Tokenizer.load(modelFolder);
      int end =
          JsonConfig.read(modelFolder.resolve("config.json"))
              .integer("eos_token_id", 0, Integer.MAX_VALUE, -1);
      return new Encoder(text -> tokenizer.encodeToIds(text, false), end);
    }
  }
}
