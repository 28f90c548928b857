package dev.kernite.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;

/** The tree of commands, and how each kind of failure ends. */
final class Commands {
  private Commands() {}

  static CommandLine of(Globals globals) {
    CommandLine root = new CommandLine(globals);
    root.addSubcommand(new TourCommand(globals));
    root.addSubcommand(new InspectCommand(globals));
    root.addSubcommand(new TokenizeCommand(globals));
    root.addSubcommand(new ForwardCommand(globals));
    root.addSubcommand(new GenerateCommand(globals));
    root.addSubcommand(new DoctorCommand(globals));
    root.addSubcommand(OpCommand.of(globals));
    root.addSubcommand(new TrainCommand(globals));
    root.addSubcommand(new TrainTokenizerCommand(globals));
    return root.registerConverter(DeviceChoice.class, DeviceChoice::of)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setOverwrittenOptionsAllowed(true) // the last one counts
        .setExpandAtFiles(false) // a text may begin with @
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> ErrorLine.print(failure, globals))
        .setParameterExceptionHandler((wrong, args) -> ErrorLine.print(wrong, globals))
        .setOut(new PrintWriter(globals.out(), true, StandardCharsets.UTF_8))
        .setErr(new PrintWriter(globals.err(), true, StandardCharsets.UTF_8));
  }
}
