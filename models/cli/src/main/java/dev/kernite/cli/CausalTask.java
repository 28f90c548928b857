package dev.kernite.cli;

import dev.kernite.engine.Engine;
import dev.kernite.models.gpt2.Gpt2;
import dev.kernite.models.lora.LoraAdapter;
import dev.kernite.models.training.Batch;
import dev.kernite.models.training.BatchSource;
import dev.kernite.models.training.CausalModel;
import dev.kernite.models.training.FileBatches;
import dev.kernite.models.training.Judge;
import dev.kernite.models.training.Objective;
import java.util.Map;

/** {@code train --task causal-lm}: a GPT-2 learns to predict the next token. */
final class CausalTask implements TrainTask<Batch> {
  private final Gpt2 gpt2;
  private final CausalModel model;
  private final CausalData data;

  private CausalTask(Gpt2 gpt2, CausalData data) {
    this.gpt2 = gpt2;
    this.model = CausalModel.of(gpt2);
    this.data = data;
  }

  static CausalTask open(
      Engine engine,
      ModelStart start,
      TrainData data,
      TrainHyperparameters hyper,
      LoraAdapter adapter) {
    Gpt2 gpt2 = start.open(engine, hyper.dropout(), adapter);
    try {
      int longest = gpt2.config().positions();
      return new CausalTask(gpt2, CausalData.open(data, start.folder(), longest, hyper));
    } catch (RuntimeException | Error e) {
      gpt2.close();
      throw e;
    }
  }

  @Override
  public Objective<Batch> objective() {
    return model;
  }

  @Override
  public BatchSource<Batch> batches() {
    return data.batches();
  }

  @Override
  public Judge judge() {
    return data.heldOut() == null ? null : data.heldOut().judge(model);
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
    if (data.batches() instanceof FileBatches file) {
      file.close();
    }
    gpt2.close();
  }
}
