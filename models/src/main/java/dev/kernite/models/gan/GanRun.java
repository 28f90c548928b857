package dev.kernite.models.gan;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.AtomicFiles;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.checkpoint.SafetensorsWriter;
import dev.kernite.models.checkpoint.TensorFiles;
import dev.kernite.models.training.FolderLock;
import dev.kernite.models.training.RunState;
import dev.kernite.models.training.StepLog;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * A whole run in a folder. Killed at any moment, it resumes from the last saved state and ends with
 * the same bits.
 *
 * <p>The folder gets {@code config.json}, {@code log.jsonl} (a line for each step), {@code
 * training-state.safetensors} and, at the end, {@code model.safetensors} (parameters and running
 * statistics), {@code samples.safetensors} (tensor {@code samples}: what the generator makes of the
 * fixed input, its norms using the running statistics) and {@code loss.csv}. With a judge there are
 * {@code judge.jsonl} and {@code judge.csv}, a line for each epoch by the updates made.
 */
public final class GanRun {
  /** File of the log. */
  public static final String LOG = "log.jsonl";

  private static final String VERDICTS = "judge.jsonl";
  static final String CONFIG = "config.json";
  private static final String STATE = "training-state.safetensors";
  static final String WEIGHTS = "model.safetensors";
  private static final String DATA = "--data (checksum)";
  private static final String TRACKED = "model.";
  private static final String SAMPLES = "samples";
  private static final String CSV = "loss.csv";

  /** Ways through the latent space that are shown at the end, and images on each. */
  private static final int PATHS = 8;

  private static final int POINTS = 10;

  private final GanTrainer trainer;
  private final GanJudge judge; // null where samples are not judged
  private final Path folder;
  private final Plan plan;
  private final RunState state;

  /**
   * How far a run goes.
   *
   * @param steps updates in all
   * @param saveEvery updates between two saved states; 0 for one whenever samples are shown
   * @param showEvery epochs between samples that are shown and judged
   */
  public record Plan(long steps, long saveEvery, long showEvery) {
    /** Checks the numbers. */
    public Plan {
      if (steps < 1 || saveEvery < 0 || showEvery < 1) {
        throw new ModelException(
            "a run of %d steps, saved every %d, shown every %d epochs, is not possible"
                .formatted(steps, saveEvery, showEvery));
      }
    }

    /** A run whose samples are shown after each epoch. */
    public Plan(long steps, long saveEvery) {
      this(steps, saveEvery, 1);
    }
  }

  /**
   * How a run ended.
   *
   * @param steps updates made in all
   * @param finished false when it was asked to stop before its end
   */
  public record Outcome(long steps, boolean finished) {}

  /**
   * Prepares a run.
   *
   * @param judge measures the samples of each epoch, or null
   * @param folder where to; created if need be
   * @param settings what a resumed run must repeat besides configuration and data, by option name;
   *     a longer run may go on from a shorter one
   */
  public GanRun(
      GanTrainer trainer, GanJudge judge, Path folder, Plan plan, Map<String, String> settings) {
    this.trainer = trainer;
    this.judge = judge;
    this.folder = folder;
    this.plan = plan;
    Map<String, String> all = new LinkedHashMap<>(settings);
    all.putAll(trainer.gan().config().settings());
    all.put(DATA, Long.toHexString(trainer.data().fingerprint()));
    Gan gan = trainer.gan();
    this.state = new RunState(all, gan.tensors(), trainer.optimizers(), gan.engine().random());
  }

  /**
   * Whether the run in a folder is known to have learnt from some data.
   *
   * @param fingerprint theirs
   */
  public static boolean learntFrom(Path folder, long fingerprint) {
    Path saved = folder.resolve(STATE);
    if (!Files.exists(saved)) {
      return false;
    }
    try (Safetensors file = Safetensors.open(saved)) {
      return Long.toHexString(fingerprint).equals(RunState.setting(file, DATA));
    }
  }

  /**
   * Runs to the end.
   *
   * @param resume continue from the saved state, where there is one; otherwise start over
   * @param stop asked before each step; when true, the state is saved and the run ends
   * @throws ModelException if a loss is no longer a number, a file cannot be written, or another
   *     run is writing to the folder
   */
  public Outcome run(boolean resume, GanListener listener, BooleanSupplier stop) {
    try (FolderLock _ = FolderLock.of(folder);
        Scope _ = engine().scope()) {
      long step = resume ? restore() : startOver();
      AtomicFiles.write(folder.resolve(CONFIG), trainer.gan().config().text());
      Tensor input = trainer.data().fixedInput(engine(), trainer.gan());
      try (StepLog log = StepLog.resume(folder.resolve(LOG), columns(), step);
          StepLog verdicts = judge == null ? null : verdicts(step)) {
        while (step < plan.steps && !stop.getAsBoolean()) {
          GanStep done = trainer.update(step);
          log.append(step, done.values());
          requireFinite(done);
          step++;
          listener.onStep(done);
          if (isShown(step)) {
            show(step, input, verdicts, listener);
          }
          if (isDue(step)) {
            if (verdicts != null) {
              verdicts.force();
            }
            save(step, log, listener);
          }
        }
        if (step < plan.steps) {
          save(step, log, listener);
          return new Outcome(step, false);
        }
      }
      finish(input, listener);
      return new Outcome(step, true);
    }
  }

  private List<String> columns() {
    return GanStep.columns(trainer.gan().config().condition());
  }

  private Engine engine() {
    return trainer.gan().engine();
  }

  private long restore() {
    Path saved = folder.resolve(STATE);
    if (!Files.exists(saved)) {
      return 0;
    }
    try (Safetensors file = Safetensors.open(saved)) {
      long step = state.restore(file);
      trainer
          .gan()
          .tracked()
          .forEach((name, n) -> n.set(TensorFiles.longs(file.tensor(TRACKED + name))[0]));
      return step;
    }
  }

  /** A fresh run must not leave behind a state that a later resume would take for its own. */
  private long startOver() {
    Path saved = folder.resolve(STATE);
    try {
      Files.deleteIfExists(saved);
      return 0;
    } catch (IOException e) {
      throw new ModelException(saved + ": cannot be deleted: " + e.getMessage(), e);
    }
  }

  private boolean isShown(long step) {
    return step == plan.steps || step % (plan.showEvery * trainer.data().stepsPerEpoch()) == 0;
  }

  private boolean isDue(long step) {
    return step == plan.steps || (plan.saveEvery == 0 ? isShown(step) : step % plan.saveEvery == 0);
  }

  private StepLog verdicts(long step) {
    return StepLog.resume(folder.resolve(VERDICTS), judge.columns(trainer.gan()), step + 1);
  }

  private void show(long step, Tensor input, StepLog verdicts, GanListener listener) {
    long perEpoch = trainer.data().stepsPerEpoch();
    long epoch = (step + perEpoch - 1) / perEpoch;
    try (Scope _ = engine().scope()) {
      listener.onEpoch(epoch, step, trainer.gan().generate(input));
    }
    if (judge != null) {
      GanJudge.Verdict verdict = judge.judge(trainer.gan());
      verdicts.append(step, verdict.values());
      listener.onJudged(epoch, verdict);
    }
  }

  private void save(long step, StepLog log, GanListener listener) {
    log.force();
    state.save(folder.resolve(STATE), step, this::addTracked);
    listener.onSaved(step);
  }

  private void addTracked(SafetensorsWriter writer, Arena arena) {
    trainer
        .gan()
        .tracked()
        .forEach(
            (name, n) -> TensorFiles.addLongs(writer, TRACKED + name, new long[] {n.get()}, arena));
  }

  /** The results first, so that nothing is lost if pictures cannot be drawn. */
  private void finish(Tensor input, GanListener listener) {
    Gan gan = trainer.gan();
    gan.write(folder.resolve(WEIGHTS));
    StepLog.writeCsv(folder.resolve(LOG), columns(), folder.resolve(CSV));
    if (judge != null) {
      Path csv = folder.resolve("judge.csv");
      StepLog.writeCsv(folder.resolve(VERDICTS), judge.columns(trainer.gan()), csv);
    }
    try (Scope _ = engine().scope();
        Arena arena = Arena.ofConfined()) {
      Tensor samples = gan.generate(input);
      SafetensorsWriter writer = new SafetensorsWriter();
      TensorFiles.add(writer, SAMPLES, samples, arena);
      writer.write(folder.resolve(SAMPLES + ".safetensors"));
      if (gan.config().condition() instanceof Condition.Reduced) {
        listener.onEnlarged(input, samples, trainer.data().examples(engine()));
      } else {
        listener.onFinished(samples, gan.generate(between(input)), POINTS);
      }
    }
  }

  /** Noise on the way from one to another, classes as they are; of each class, if there are any. */
  private Tensor between(Tensor input) {
    Gan gan = trainer.gan();
    int n = (int) input.shape().dim(0);
    int classes = gan.classes();
    int apart = classes == 0 ? 2 : n / classes;
    int paths = classes == 0 ? Math.min(PATHS, n / 2) : classes;
    return n < 2 || apart < 2 ? input : LatentPaths.between(input, classes, apart, paths, POINTS);
  }

  private static void requireFinite(GanStep step) {
    if (!step.isFinite()) {
      throw new ModelException(
          "step %d: the discriminator's loss is %s and the generator's %s; lower --lr and --resume"
              .formatted(step.step(), step.dLoss(), step.gLoss()));
    }
  }
}
