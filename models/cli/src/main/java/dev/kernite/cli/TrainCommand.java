package dev.kernite.cli;

import dev.kernite.engine.Engine;
import dev.kernite.models.gpt2.Gpt2;
import dev.kernite.models.training.CausalModel;
import dev.kernite.models.training.TrainingLog;
import dev.kernite.models.training.TrainingRun;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code train}, {@code finetune}: trains a causal language model on text or ready batches. */
@Command(
    name = "train",
    aliases = TrainCommand.ALIAS,
    description = "Train a GPT-2, from a configuration or from a trained model, on text.",
    sortOptions = false)
final class TrainCommand implements Callable<Integer> {
  static final String ALIAS = "finetune";

  private final Globals globals;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "M|CONFIG",
      description = "Where to start: a model; or fresh weights for a config.json or its folder.")
  private String model;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Folder for the trained model, the log and the state to resume from.")
  private Path out;

  @Option(names = "--resume", description = "Continue from the last state saved in --out.")
  private boolean resume;

  @Mixin private final TrainData data = new TrainData();
  @Mixin private final TrainHyperparameters hyper = new TrainHyperparameters();

  TrainCommand(Globals globals) {
    this.globals = globals;
  }

  @Override
  public Integer call() {
    ModelStart start = ModelStart.of(model);
    try (Engine engine = globals.openEngine(hyper.seed());
        Gpt2 gpt2 = start.open(engine, hyper.dropout());
        TrainData.Loaded loaded = data.load(start.folder(), gpt2.config(), hyper.seed());
        Interrupt interrupt = Interrupt.listen()) {
      CausalModel causal = CausalModel.of(gpt2);
      try (TrainSetup setup = new TrainSetup(causal, loaded, hyper, data.settings());
          TrainProgress progress = new TrainProgress(globals, setup.steps(), loaded)) {
        TrainingRun run = setup.run(start.folder(), out);
        TrainingRun.Outcome outcome = run.run(resume, progress, interrupt::requested);
        if (outcome.finished()) {
          LossCurve.draw(
              TrainingLog.read(out.resolve(TrainingRun.LOG)),
              outcome.evaluations(),
              out.resolve("loss.png"),
              globals.err());
        }
        progress.summary(outcome, out);
      }
      return interrupt.exitCode();
    }
  }
}
