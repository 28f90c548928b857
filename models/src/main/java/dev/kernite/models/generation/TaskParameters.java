package dev.kernite.models.generation;

import dev.kernite.models.checkpoint.JsonConfig;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleConsumer;
import java.util.function.IntConsumer;

/**
 * What a model's {@code task_specific_params} say of a task: the text that stands before each
 * input, and how to generate.
 */
public final class TaskParameters {
  private static final String KEY = "task_specific_params";
  private static final int MANY = Integer.MAX_VALUE;

  private final JsonConfig values;

  private TaskParameters(JsonConfig values) {
    this.values = values;
  }

  /** The tasks that a configuration has parameters for, such as {@code translation_en_to_de}. */
  public static List<String> names(JsonConfig config) {
    return config.has(KEY) ? List.copyOf(config.object(KEY).keys()) : List.of();
  }

  /**
   * The parameters of a task.
   *
   * @return empty if the configuration does not know it
   */
  public static Optional<TaskParameters> of(JsonConfig config, String task) {
    return names(config).contains(task)
        ? Optional.of(new TaskParameters(config.object(KEY).object(task)))
        : Optional.empty();
  }

  /** What stands before each input; may be empty. */
  public String prefix() {
    return values.string("prefix", "");
  }

  /**
   * Sets what the task says of generation.
   *
   * @throws dev.kernite.models.ModelException if a value is of the wrong type or out of range
   */
  public void applyTo(GenerationConfigBuilder options) {
    integer("max_length", 1, options::maxLength);
    integer("min_length", 0, options::minLength);
    integer("num_beams", 1, options::numBeams);
    integer("no_repeat_ngram_size", 0, options::noRepeatNgramSize);
    real("length_penalty", options::lengthPenalty);
    real("repetition_penalty", options::repetitionPenalty);
    if (values.bool("early_stopping", false)) {
      options.earlyStopping(EarlyStopping.AT_ONCE);
    }
  }

  private void integer(String key, int min, IntConsumer option) {
    if (values.has(key)) {
      option.accept(values.integer(key, min, MANY));
    }
  }

  private void real(String key, DoubleConsumer option) {
    if (values.has(key)) {
      option.accept(values.real(key));
    }
  }
}
