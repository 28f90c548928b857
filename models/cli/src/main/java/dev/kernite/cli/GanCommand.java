package dev.kernite.cli;

import dev.kernite.engine.Engine;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.data.Dataset;
import dev.kernite.models.digits.DigitClassifier;
import dev.kernite.models.gan.Condition;
import dev.kernite.models.gan.EnlargementJudge;
import dev.kernite.models.gan.Gan;
import dev.kernite.models.gan.GanConfig;
import dev.kernite.models.gan.GanData;
import dev.kernite.models.gan.GanJudge;
import dev.kernite.models.gan.GanRun;
import dev.kernite.models.gan.GanTrainer;
import dev.kernite.models.gan.SampleJudge;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gan}: trains a generative adversarial network. */
@Command(
    name = "gan",
    description = "Train a generative adversarial network on images.",
    sortOptions = false)
final class GanCommand implements Callable<Integer> {
  private static final int SAMPLES = 64;
  private static final int SAMPLES_OF_A_CLASS = 10;

  private final Globals globals;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR|mnist|X",
      description = {
        "mnist: as `make mnist` fetched it; mnist-small: 2,000 digits that come with Kernite;",
        "DIR: a folder with MNIST's four files, or with PNG files; X.safetensors: ready steps, real,",
        "noise_d, noise_g [step, batch, ...] and noise_fixed."
      })
  private String data;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Folder for the model, the log, the pictures and the state to resume from.")
  private Path out;

  @Option(
      names = "--init",
      paramLabel = "Y",
      description = "Weights to start from: generator.N.weight ... (default: drawn).")
  private Path init;

  @Option(names = "--resume", description = "Continue from the last state saved in --out.")
  private boolean resume;

  @Option(
      names = "--seed",
      defaultValue = "0",
      paramLabel = "N",
      description = "Seed of fresh weights, data order and noise (default: 0).")
  private long seed;

  @Option(
      names = "--save-every",
      defaultValue = "0",
      paramLabel = "N",
      description = "Updates between two states to resume from (default: an epoch).")
  private long saveEvery;

  @Option(
      names = "--samples",
      paramLabel = "N",
      description = {
        "Images of the pictures (default: 64; with classes 10 of each; with X.safetensors, what it",
        "has)."
      })
  private Integer samples;

  @Option(
      names = "--show-every",
      defaultValue = "1",
      paramLabel = "N",
      description = "Epochs between two pictures, and verdicts (default: 1).")
  private long showEvery;

  @Option(
      names = "--per-class",
      paramLabel = "N",
      description = "Learn from N images of each class alone, chosen by --seed (default: all).")
  private Integer perClass;

  @Option(
      names = "--judge",
      paramLabel = "DIR",
      description = {
        "Judge each epoch's samples by a classifier, as of train --task digits. Networks that",
        "enlarge are judged by the test images instead, if there are any."
      })
  private Path judgeFolder;

  @Option(
      names = "--judge-samples",
      defaultValue = "2000",
      paramLabel = "N",
      description = "Samples a verdict (default: 2000).")
  private int judgeSamples;

  @Mixin private final GanHyperparameters hyper = new GanHyperparameters();

  GanCommand(Globals globals) {
    this.globals = globals;
  }

  @Override
  public Integer call() {
    try (Safetensors weights = init == null ? null : Safetensors.open(init);
        GanSource source = GanSource.of(data, perClass, seed);
        Engine engine = globals.openEngine(seed)) {
      GanConfig config = hyper.config(weights, source.image(), source.isRecorded());
      if (source.isRecorded() && !(config.condition() instanceof Condition.None)) {
        throw new CommandException(
            "networks with a condition learn from images, not from ready steps; give --data images");
      }
      config = source.adapted(config, hyper.batchSize());
      samples = samples == null ? samples(config.condition()) : samples;
      try (GanData steps = source.data(config.recipe(), samples, seed);
          Gan gan =
              weights == null ? Gan.fresh(engine, config) : Gan.load(engine, config, weights);
          GanTrainer trainer = new GanTrainer(gan, steps);
          DigitClassifier classifier =
              judgeFolder == null ? null : DigitClassifier.load(engine, judgeFolder)) {
        return train(trainer, judge(source, classifier, config.condition()));
      }
    }
  }

  private static int samples(Condition condition) {
    return condition instanceof Condition.Classes c ? SAMPLES_OF_A_CLASS * c.count() : SAMPLES;
  }

  /** What judges the samples, or null. */
  private GanJudge judge(GanSource source, DigitClassifier classifier, Condition condition) {
    if (condition instanceof Condition.Reduced) {
      if (classifier != null) {
        throw new CommandException("--judge is for images made of noise; leave it out");
      }
      Dataset heldOut = source.heldOut();
      return heldOut == null ? null : new EnlargementJudge(heldOut, judgeSamples);
    }
    if (classifier == null) {
      return null;
    }
    if (source.isRecorded()) {
      throw new CommandException("--judge needs images to compare with; give them with --data");
    }
    return new SampleJudge(classifier, source.images(), judgeSamples);
  }

  private int train(GanTrainer trainer, GanJudge judge) {
    long steps = trainer.gan().config().recipe().duration().in(trainer.data().stepsPerEpoch());
    Condition condition = trainer.gan().config().condition();
    GanPictures pictures = new GanPictures(out, trainer.data().image(), condition);
    GanRun run =
        new GanRun(
            trainer,
            judge,
            out,
            new GanRun.Plan(steps, saveEvery, showEvery),
            Map.of("--seed", Long.toString(seed), "--samples", samples.toString()));
    try (Interrupt interrupt = Interrupt.listen();
        GanProgress progress = new GanProgress(globals, steps, pictures, condition)) {
      GanRun.Outcome outcome = run.run(resume, progress, interrupt::requested);
      JsonLine line = new JsonLine();
      progress.summary(outcome, trainer.data().stallNanos(), out, line);
      if (outcome.finished()) {
        GanCurves.draw(out.resolve(GanRun.LOG), out.resolve("loss.png"), globals.err());
      }
      if (globals.json()) {
        line.print(globals.out());
      }
      return interrupt.exitCode();
    }
  }
}
