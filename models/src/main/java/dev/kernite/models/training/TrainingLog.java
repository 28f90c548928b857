package dev.kernite.models.training;

import dev.kernite.models.ModelException;
import java.nio.file.Path;
import java.util.List;

/** {@code log.jsonl} of a {@link TrainingRun}: a {@link StepLog} with a line for each update. */
public final class TrainingLog implements AutoCloseable {
  private static final List<String> COLUMNS = List.of("loss", "grad_norm", "lr");

  private final StepLog log;

  /**
   * What is recorded of a step.
   *
   * @param step number of the step, from 0
   * @param loss mean loss in nats, before the update
   * @param gradNorm global L2 norm of the gradients, before clipping
   * @param lr learning rate of the update
   */
  public record Entry(long step, double loss, double gradNorm, double lr) {}

  private TrainingLog(StepLog log) {
    this.log = log;
  }

  /**
   * Begins the log of a new run; an earlier one is overwritten.
   *
   * @param file the log; its folder must exist
   * @return the log, open for writing
   * @throws ModelException if the file cannot be written
   */
  public static TrainingLog start(Path file) {
    return resume(file, 0);
  }

  /**
   * Continues the log of a run.
   *
   * @param file the log; created when there is none
   * @param step the first step that will be recorded; lines of this step and later ones are cut off
   * @return the log, open for writing
   * @throws ModelException if the file cannot be written
   */
  public static TrainingLog resume(Path file, long step) {
    return new TrainingLog(StepLog.resume(file, COLUMNS, step));
  }

  /**
   * Adds a line.
   *
   * @param entry the step
   * @throws ModelException if it cannot be written
   */
  public void append(Entry entry) {
    log.append(entry.step, entry.loss, entry.gradNorm, entry.lr);
  }

  /**
   * Forces all lines to the disk: to be called before a checkpoint that a run may resume from.
   *
   * @throws ModelException if that fails
   */
  public void force() {
    log.force();
  }

  /** Closes the file. Closing again does nothing. */
  @Override
  public void close() {
    log.close();
  }

  /**
   * Reads a log.
   *
   * @param file the log
   * @return its steps, up to the first line that is torn; NaN where a value was not finite
   * @throws ModelException if the file cannot be read
   */
  public static List<Entry> read(Path file) {
    return StepLog.read(file, COLUMNS).stream()
        .map(
            row ->
                new Entry(
                    row.step(), row.values().get(0), row.values().get(1), row.values().get(2)))
        .toList();
  }

  /**
   * Writes the curve of a log as CSV; empty where a value was not finite.
   *
   * @param log the log
   * @param csv the file to create or replace
   * @throws ModelException if the log cannot be read or the file cannot be written
   */
  public static void writeCsv(Path log, Path csv) {
    StepLog.writeCsv(log, COLUMNS, csv);
  }
}
