package dev.kernite.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code score}: how good texts are, or a model is, by the field's usual measures. */
@Command(
    name = "score",
    description = "Tell how good texts are beside references, or how well a model knows a text.",
    synopsisSubcommandLabel = "METRIC")
final class ScoreCommand implements Runnable {
  @Spec private CommandSpec spec;

  /** The command with a subcommand a metric. */
  static CommandLine of(Globals globals) {
    CommandLine command = new CommandLine(new ScoreCommand());
    command.addSubcommand(new ScoreBleuCommand(globals));
    command.addSubcommand(new ScoreNltkBleuCommand(globals));
    command.addSubcommand(new ScoreChrfCommand(globals));
    command.addSubcommand(new ScoreRougeCommand(globals));
    command.addSubcommand(new ScorePerplexityCommand(globals));
    command.addSubcommand(new ScorePseudoPerplexityCommand(globals));
    // Else --references, which takes several files, would take a misspelt option for one.
    return command.setUnmatchedOptionsAllowedAsOptionParameters(false);
  }

  /** Only reached when no metric is named. */
  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "score needs a metric: " + String.join(", ", spec.subcommands().keySet()));
  }
}
