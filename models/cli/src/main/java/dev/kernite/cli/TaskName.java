package dev.kernite.cli;

import dev.kernite.models.bert.BertConfig;
import dev.kernite.models.checkpoint.JsonConfig;
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
    if (asked != null) {
      if (encoder == (asked == CAUSAL_LM)) {
        throw new CommandException(
            "--task %s does not fit %s: it is %s"
                .formatted(asked, config.file(), encoder ? "an encoder" : "no encoder"));
      }
      return asked;
    }
    if (!encoder) {
      return CAUSAL_LM;
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
