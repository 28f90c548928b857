package dev.kernite.cli;

import dev.kernite.engine.Engine;
import dev.kernite.models.lora.LoraAdapter;
import dev.kernite.models.training.EpochLosses;
import dev.kernite.models.training.FitVerdict;
import dev.kernite.models.training.TrainingBatch;
import dev.kernite.models.training.TrainingLog;
import dev.kernite.models.training.TrainingRun;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code train}, {@code finetune}: trains a language model or a classifier. */
@Command(
    name = "train",
    aliases = TrainCommand.ALIAS,
    description =
        "Train a language model or a classifier of texts or digits, afresh or from a trained one.",
    sortOptions = false)
final class TrainCommand implements Callable<Integer> {
  static final String ALIAS = "finetune";

  private static final int TEXT_BATCH = 8;

  private final Globals globals;

  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      paramLabel = "M|CONFIG",
      description = {
        "Where to start: a model; or fresh weights for a config.json or its folder.",
        "--task digits needs none."
      })
  private String model;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Folder for the trained model, the log and the state to resume from.")
  private Path out;

  @Option(
      names = "--task",
      paramLabel = "T",
      description =
          "causal-lm, masked-lm, classify, seq2seq or digits (default: what the model was made for).")
  private TaskName task;

  @Option(names = "--resume", description = "Continue from the last state saved in --out.")
  private boolean resume;

  @Mixin private final TrainData data = new TrainData();
  @Mixin private final LoraOptions lora = new LoraOptions();
  @Mixin private final DigitsData digits = new DigitsData();
  @Mixin private final TrainHyperparameters hyper = new TrainHyperparameters();

  TrainCommand(Globals globals) {
    this.globals = globals;
  }

  @Override
  public Integer call() {
    if (task == TaskName.DIGITS) {
      hyper.complete(TrainHyperparameters.Defaults.DIGITS);
      lora.requireNone(task);
      return digits();
    }
    digits.requireNone();
    hyper.complete(TrainHyperparameters.Defaults.TEXT);
    data.complete(TEXT_BATCH);
    if (model == null) {
      throw new ParameterException(
          spec.commandLine(), "missing required option: '--model=M|CONFIG'");
    }
    ModelStart start = ModelStart.of(model, globals);
    TaskName name = TaskName.of(task, start.config());
    if (name != TaskName.CAUSAL_LM) {
      data.requirePlain(name);
    }
    if (!data.isBatches()) {
      TrainData.requireChunks(hyper.accumulate(), data.batchSize());
    }
    try (Engine engine = openEngine()) {
      LoraTraining adapted = lora.training(engine, model, start, name);
      LoraAdapter adapter = adapted == null ? null : adapted.adapter();
      return switch (name) {
        case CAUSAL_LM -> run(start, CausalTask.open(engine, start, data, hyper, adapter), adapted);
        case MASKED_LM -> run(start, MaskedTask.open(engine, start, data, hyper), null);
        case SEQ2SEQ -> run(start, Seq2SeqTask.open(engine, start, data, hyper, adapter), adapted);
        case CLASSIFY -> run(start, ClassifyTask.open(globals, engine, start, data, hyper), null);
        case DIGITS -> throw new IllegalStateException("no model says so");
      };
    }
  }

  private Engine openEngine() {
    return Engine.open(hyper.engine(globals.engineOptions(globals.device())));
  }

  private int digits() {
    if (model != null) {
      throw new CommandException("--task digits starts afresh; leave --model out");
    }
    try (Engine engine = openEngine()) {
      // What a trained model takes over from where it started is in its own folder already.
      return run(
          new ModelStart(out, true),
          DigitsTask.open(globals, engine, data, digits, hyper, out),
          null);
    }
  }

  private <B extends TrainingBatch<B>> int run(
      ModelStart start, TrainTask<B> opened, LoraTraining adapted) {
    try (TrainTask<B> task = opened;
        Interrupt interrupt = Interrupt.listen();
        TrainSetup<B> setup = new TrainSetup<>(task, hyper, data.settings(), adapted);
        TrainProgress progress = new TrainProgress(globals, setup, out)) {
      if (adapted != null) {
        globals.err().println(adapted.summary());
      }
      TrainingRun.Outcome outcome =
          setup.run(start.folder(), out).run(resume, progress, interrupt::requested);
      JsonLine line = new JsonLine();
      progress.summary(outcome, out, line);
      if (outcome.finished()) {
        List<TrainingLog.Entry> log = TrainingLog.read(out.resolve(TrainingRun.LOG));
        line.put("epoch_losses", EpochLosses.of(log, setup.stepsPerEpoch()));
        LossCurve.draw(log, outcome.evaluations(), out.resolve("loss.png"), globals.err());
        task.report(out, line);
        progress.fit(FitVerdict.of(log, outcome.evaluations()), line);
      }
      if (globals.json()) {
        line.print(globals.out());
      }
      return interrupt.exitCode();
    }
  }
}
