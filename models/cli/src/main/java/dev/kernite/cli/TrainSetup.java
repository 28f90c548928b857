package dev.kernite.cli;

import dev.kernite.engine.optim.Optimizer;
import dev.kernite.models.training.CausalModel;
import dev.kernite.models.training.ModelWriter;
import dev.kernite.models.training.Trainer;
import dev.kernite.models.training.TrainingOptions;
import dev.kernite.models.training.TrainingRun;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The parts of a run, put together as the options say. */
final class TrainSetup implements AutoCloseable {
  private final TrainData.Loaded data;
  private final TrainHyperparameters hyper;
  private final TrainingOptions options;
  private final Optimizer optimizer;
  private final Trainer trainer;
  private final Map<String, String> settings;

  TrainSetup(
      CausalModel model,
      TrainData.Loaded data,
      TrainHyperparameters hyper,
      Map<String, String> dataSettings) {
    this.data = data;
    this.hyper = hyper;
    this.options = hyper.options(data.batches().stepsPerEpoch());
    this.optimizer = hyper.optimizer(model.parameters());
    this.trainer = new Trainer(model, optimizer, hyper.schedule(options.steps()), options);
    this.settings = new LinkedHashMap<>(hyper.settings(options.steps()));
    settings.putAll(dataSettings);
    settings.put("--data (checksum)", Long.toHexString(data.batches().fingerprint()));
  }

  long steps() {
    return options.steps();
  }

  TrainingRun run(Path source, Path out) {
    ModelWriter writer = new ModelWriter(source, hyper.dtype());
    return new TrainingRun(trainer, data.batches(), data.heldOut(), writer, out, settings);
  }

  @Override
  public void close() {
    optimizer.close();
  }
}
