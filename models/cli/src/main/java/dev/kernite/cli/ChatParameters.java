package dev.kernite.cli;

import dev.kernite.models.TextModel;
import dev.kernite.models.chat.Conversation;
import dev.kernite.models.generation.GenerationConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** The generation options of a conversation by name, as {@code /params} shows and changes them. */
final class ChatParameters {
  private final GenerationOptions options;
  private final TextModel model;
  private final Conversation conversation;

  /** Gives the options to the conversation. */
  ChatParameters(GenerationOptions options, TextModel model, Conversation conversation) {
    this.options = options;
    this.model = model;
    this.conversation = conversation;
    apply();
  }

  private void apply() {
    GenerationConfig config =
        options.toConfig(model.options().maxNewTokens(Conversation.DEFAULT_NEW_TOKENS));
    conversation.options(config);
  }

  /**
   * Changes one option; it stays as it was where the value cannot be.
   *
   * @param assignment {@code name=value}, the name as on the command line or with underscores;
   *     without a value the option is no longer given
   */
  void set(String assignment) {
    int equals = assignment.indexOf('=');
    if (equals < 1) {
      throw new CommandException("'" + assignment + "' is not name=value; for example top-p=0.9");
    }
    String name = assignment.substring(0, equals).strip().toLowerCase(Locale.ROOT);
    String value = assignment.substring(equals + 1).strip();
    CommandLine line = new CommandLine(options); // begins with the values there are
    OptionSpec option = line.getCommandSpec().findOption("--" + name.replace('_', '-'));
    if (option == null) {
      throw new CommandException(
          "no option '" + name + "'; there are " + String.join(", ", names()));
    }
    Object before = option.getValue();
    try {
      if (value.isEmpty()) {
        option.setValue(before instanceof Boolean ? false : null);
      } else {
        line.parseArgs(option.longestName() + "=" + value);
      }
      apply();
    } catch (ParameterException e) {
      throw new CommandException(name + ": " + e.getMessage(), e);
    } catch (RuntimeException e) {
      option.setValue(before);
      throw e;
    }
  }

  /** The names of all options. */
  List<String> names() {
    return specs().stream().map(ChatParameters::name).toList();
  }

  /** The options that were given, as {@code name=value}. */
  List<String> given() {
    List<String> given = new ArrayList<>();
    for (OptionSpec option : specs()) {
      Object value = option.getValue();
      if (value != null && !value.equals(false)) {
        given.add(name(option) + "=" + value);
      }
    }
    return given;
  }

  private List<OptionSpec> specs() {
    return new CommandLine(options).getCommandSpec().options();
  }

  private static String name(OptionSpec option) {
    return option.longestName().substring(2);
  }
}
