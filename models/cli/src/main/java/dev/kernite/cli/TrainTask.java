package dev.kernite.cli;

import dev.kernite.models.training.BatchSource;
import dev.kernite.models.training.Judge;
import dev.kernite.models.training.Objective;
import dev.kernite.models.training.TrainingBatch;
import java.nio.file.Path;
import java.util.Map;

/**
 * What {@code train} trains for: a model, what it learns from, and what it is judged by.
 *
 * @param <B> the kind of batch
 */
interface TrainTask<B extends TrainingBatch<B>> extends AutoCloseable {
  /** The model that learns. */
  Objective<B> objective();

  /** What it learns from. */
  BatchSource<B> batches();

  /** What it is judged by, or null. */
  Judge judge();

  /** What a resumed run must repeat besides the common options, by option name. */
  Map<String, String> settings();

  /** What {@code config.json} of the trained model says differently. */
  Map<String, Object> config();

  /**
   * Says and writes more about a finished run.
   *
   * @param line the last line of {@code --json}, to which to add
   */
  default void report(Path out, JsonLine line) {}

  @Override
  void close();
}
