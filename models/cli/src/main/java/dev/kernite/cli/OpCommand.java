package dev.kernite.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code op list} and {@code op run}: the catalogue of operations from the shell. */
@Command(
    name = "op",
    description = "List the operations of the engine, or run one.",
    synopsisSubcommandLabel = "COMMAND")
final class OpCommand implements Runnable {
  @Spec private CommandSpec spec;

  /** The command with its two subcommands. */
  static CommandLine of(Globals globals) {
    CommandLine command = new CommandLine(new OpCommand());
    command.addSubcommand(new OpListCommand(globals));
    command.addSubcommand(new OpRunCommand(globals));
    return command;
  }

  /** Only reached when no subcommand is named. */
  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "op needs a command: list or run");
  }
}
