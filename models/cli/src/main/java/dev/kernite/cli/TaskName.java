package dev.kernite.cli;

import dev.kernite.models.bert.BertConfig;
import dev.kernite.models.checkpoint.JsonConfig;
import dev.kernite.models.t5.T5Config;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.TypeConversionException;

/** The values of {@code train --task}. */
enum TaskName {
  /** Predict the next token. */
  CAUSAL_LM,
  /** Predict masked tokens. */
  MASKED_LM,
  /** Tell the class of a text. */
  CLASSIFY,
  /** Turn a text into another. */
  SEQ2SEQ,
  /** Tell the class of a picture. */
  DIGITS;

  /** The task of that name on the command line. */
  static TaskName of(String name) {
    return Arrays.stream(values())
        .filter(task -> task.toString().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new TypeConversionException(
                    "'"
                        + name
                        + "' is none of "
                        + Arrays.stream(values())
                            .map(TaskName::toString)
                            .collect(Collectors.joining(", "))));
  }

  /**
   * The task of a run.
   *
   * @param asked for with {@code --task}, or null: the one that the model was made for
   */
  static TaskName of(TaskName asked, JsonConfig config) {
    boolean encoder = BertConfig.knows(config);
    TaskName only = encoder ? null : T5Config.knows(config) ? SEQ2SEQ : CAUSAL_LM;
    if (asked != null) {
      boolean fits = only == null ? asked == MASKED_LM || asked == CLASSIFY : asked == only;
      if (!fits) {
        String known = only == null ? "masked-lm or classify" : only.toString();
        throw new CommandException(
            "--task %s does not fit %s; its model learns %s"
                .formatted(asked, config.file(), known));
      }
      return asked;
    }
    if (only != null) {
      return only;
    }
    List<String> made = config.strings("architectures");
    if (made.stream().anyMatch(name -> name.endsWith("ForSequenceClassification"))) {
      return CLASSIFY;
    }
    if (made.stream().anyMatch(n -> n.endsWith("ForMaskedLM") || n.endsWith("ForPreTraining"))) {
      return MASKED_LM;
    }
    throw new CommandException(
        config.file() + ": says no task (architectures " + made + "); give --task");
  }

  /** The name on the command line: {@code masked-lm}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
