package dev.kernite.models.training;

import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.AtomicFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * A whole run in a folder: updates, log, evaluations, saved states, the final model. Killed at any
 * moment, it resumes from the last saved state and ends with the same bits.
 *
 * <p>The folder gets {@code log.jsonl}, {@code eval.jsonl}, {@code training-state.safetensors} and,
 * at the end, the model and {@code loss.csv}; with evaluations, the best model so far is in {@code
 * best/}. With early stopping the best model is also the final one.
 *
 * @param <B> the kind of batch
 */
public final class TrainingRun<B extends TrainingBatch<B>> {
  /** File of the log, one line an update. */
  public static final String LOG = "log.jsonl";

  private static final String EVALUATIONS = "eval.jsonl";
  private static final String STATE = "training-state.safetensors";
  private static final String BEST = "best";

  private final Trainer<B> trainer;
  private final BatchSource<B> data;
  private final Judge judge;
  private final ModelFormat format;
  private final Path folder;
  private final TrainingState state;
  private final List<Evaluation> evaluations = new ArrayList<>();

  /**
   * How a run ended.
   *
   * @param steps updates made in all
   * @param finished false when it was asked to stop before its end
   * @param evaluations in order
   */
  public record Outcome(long steps, boolean finished, List<Evaluation> evaluations) {
    /** The evaluation with the lowest loss; none if there was no evaluation. */
    public Optional<Evaluation> best() {
      int best = EarlyStopping.best(evaluations);
      return best < 0 ? Optional.empty() : Optional.of(evaluations.get(best));
    }
  }

  /**
   * Prepares a run.
   *
   * @param judge evaluates the model, or null for no evaluations
   * @param format how the model is written
   * @param folder where to; created if need be
   * @param settings what a resumed run must repeat, by option name
   * @throws ModelException if the run is to stop early, but nothing is evaluated
   */
  public TrainingRun(
      Trainer<B> trainer,
      BatchSource<B> data,
      Judge judge,
      ModelFormat format,
      Path folder,
      Map<String, String> settings) {
    this.trainer = trainer;
    this.data = data;
    this.judge = judge;
    this.format = format;
    this.folder = folder;
    this.state = new TrainingState(trainer, settings);
    if (judge == null && trainer.options().patience() > 0) {
      throw new ModelException(
          "early stopping needs held-out data to evaluate on; hold some out with --eval");
    }
  }

  /**
   * Runs to the end.
   *
   * @param resume continue from the saved state, where there is one; otherwise start over
   * @param stop asked before each update; when true, the state is saved and the run ends
   * @throws ModelException if the loss is no longer a number, a file cannot be written, or another
   *     run is writing to the folder
   */
  public Outcome run(boolean resume, TrainingListener listener, BooleanSupplier stop) {
    try (FolderLock _ = FolderLock.of(folder)) {
      return runLocked(resume, listener, stop);
    }
  }

  private Outcome runLocked(boolean resume, TrainingListener listener, BooleanSupplier stop) {
    Path saved = folder.resolve(STATE);
    long step = 0;
    if (resume && Files.exists(saved)) {
      TrainingState.Progress progress = state.restore(saved);
      step = progress.step();
      evaluations.addAll(progress.evaluations());
    } else {
      delete(saved);
    }
    long steps = trainer.options().steps();
    try (TrainingLog log = TrainingLog.resume(folder.resolve(LOG), step)) {
      while (step < steps && !exhausted() && !stop.getAsBoolean()) {
        B batch = data.batch(step);
        TrainingLog.Entry entry = trainer.update(step, batch);
        log.append(entry);
        requireFinite(entry);
        step++;
        listener.onStep(entry, batch.tokens());
        evaluate(step, listener);
        if (due(step, trainer.options().saveEvery()) || exhausted()) {
          save(step, log, listener);
        }
      }
      if (step < steps && !exhausted()) {
        save(step, log, listener);
        return new Outcome(step, false, List.copyOf(evaluations));
      }
    }
    if (trainer.options().patience() > 0 && !evaluations.isEmpty()) {
      TrainingState.overwrite(
          trainer.model().parameters(), folder.resolve(BEST).resolve(format.weights()));
    }
    format.write(folder, trainer.model().parameters());
    TrainingLog.writeCsv(folder.resolve(LOG), folder.resolve("loss.csv"));
    return new Outcome(step, true, List.copyOf(evaluations));
  }

  private boolean exhausted() {
    return EarlyStopping.due(evaluations, trainer.options().patience());
  }

  private boolean due(long step, long every) {
    return step == trainer.options().steps() || (every > 0 && step % every == 0);
  }

  private void save(long step, TrainingLog log, TrainingListener listener) {
    log.force();
    state.save(folder.resolve(STATE), new TrainingState.Progress(step, evaluations));
    listener.onSaved(step);
  }

  private void evaluate(long step, TrainingListener listener) {
    if (judge == null || !due(step, trainer.options().evaluateEvery())) {
      return;
    }
    Evaluation now = judge.evaluate(step);
    evaluations.add(now);
    AtomicFiles.write(folder.resolve(EVALUATIONS), lines());
    boolean best = EarlyStopping.best(evaluations) == evaluations.size() - 1;
    if (best) {
      format.write(folder.resolve(BEST), trainer.model().parameters());
    }
    listener.onEvaluation(now, best);
  }

  private String lines() {
    StringBuilder text = new StringBuilder();
    for (Evaluation e : evaluations) {
      text.append("{\"step\":").append(e.step());
      text.append(",\"loss\":").append(StepLog.number(e.loss()));
      e.measures()
          .forEach(
              (name, value) -> text.append(",\"%s\":%s".formatted(name, StepLog.number(value))));
      text.append("}\n");
    }
    return text.toString();
  }

  private static void requireFinite(TrainingLog.Entry entry) {
    if (!Double.isFinite(entry.loss()) || !Double.isFinite(entry.gradNorm())) {
      throw new ModelException(
          "step %d: the loss is %s and the gradient norm %s; lower --lr, lengthen --warmup-steps or set --clip, and --resume"
              .formatted(entry.step(), entry.loss(), entry.gradNorm()));
    }
  }

  /** A fresh run must not leave behind a state that a later resume would take for its own. */
  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new ModelException(file + ": cannot be deleted: " + e.getMessage(), e);
    }
  }
}
