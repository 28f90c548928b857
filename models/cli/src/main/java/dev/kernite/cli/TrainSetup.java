package dev.kernite.cli;

import dev.kernite.engine.optim.Optimizer;
import dev.kernite.models.training.ModelFormat;
import dev.kernite.models.training.ModelWriter;
import dev.kernite.models.training.Trainer;
import dev.kernite.models.training.TrainingBatch;
import dev.kernite.models.training.TrainingOptions;
import dev.kernite.models.training.TrainingRun;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The parts of a run, put together as the options say.
 *
 * @param <B> the kind of batch
 */
final class TrainSetup<B extends TrainingBatch<B>> implements AutoCloseable {
  private final TrainTask<B> task;
  private final TrainHyperparameters hyper;
  private final TrainingOptions options;
  private final Optimizer optimizer;
  private final Trainer<B> trainer;
  private final LoraTraining lora;
  private final Map<String, String> settings;

  /**
   * Puts them together.
   *
   * @param dataSettings what of the data a resumed run must repeat
   * @param lora how an adapter is trained, or null
   */
  TrainSetup(
      TrainTask<B> task,
      TrainHyperparameters hyper,
      Map<String, String> dataSettings,
      LoraTraining lora) {
    this.task = task;
    this.hyper = hyper;
    this.lora = lora;
    this.options = hyper.options(task.batches().stepsPerEpoch());
    this.optimizer = hyper.optimizer(task.objective().parameters());
    this.trainer =
        new Trainer<>(task.objective(), optimizer, hyper.schedule(options.steps()), options);
    this.settings = new LinkedHashMap<>(hyper.settings(options.steps()));
    settings.putAll(dataSettings);
    settings.putAll(task.settings());
    if (lora != null) {
      settings.putAll(lora.settings());
    }
    settings.put("--data (checksum)", Long.toHexString(task.batches().fingerprint()));
  }

  long stepsPerEpoch() {
    return task.batches().stepsPerEpoch();
  }

  long steps() {
    return options.steps();
  }

  TrainingRun<B> run(Path source, Path out) {
    ModelFormat writer =
        lora == null
            ? new ModelWriter(source, hyper.dtype(), task.config())
            : lora.format(hyper.dtype());
    return new TrainingRun<>(trainer, task.batches(), task.judge(), writer, out, settings);
  }

  @Override
  public void close() {
    optimizer.close();
  }
}
