package dev.kernite.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine;

/** The tree of commands, and how each kind of failure ends. */
final class Commands {
  /** In the order of the help text. */
  private static final List<String> NAMES =
      List.of(
          "tour",
          "generate",
          "chat",
          "train",
          "merge",
          "gan",
          "encode",
          "classify",
          "fill-mask",
          "translate",
          "score",
          "forward",
          "tokenize",
          "train-tokenizer",
          "inspect",
          "op",
          "bench",
          "doctor");

  private Commands() {}

  /**
   * The commands that a command line can mean: the one it names, else all of them, for the help
   * text or a suggestion. Picocli reads every command it is given by reflection; ten of them take
   * longer than most commands run.
   */
  static CommandLine of(Globals globals, String... args) {
    CommandLine root = new CommandLine(globals);
    List<String> named =
        Stream.of(args)
            .map(arg -> arg.equals(TrainCommand.ALIAS) ? "train" : arg)
            .filter(NAMES::contains)
            .limit(1)
            .toList();
    for (String name : named.isEmpty() ? NAMES : named) {
      root.addSubcommand(command(name, globals));
    }
    return root.registerConverter(DeviceChoice.class, DeviceChoice::of)
        .registerConverter(TaskName.class, TaskName::of)
        .registerConverter(BenchCommand.Part.class, BenchCommand.Part::of)
        .registerConverter(EncodeCommand.Choice.class, EncodeCommand.Choice::of)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setOverwrittenOptionsAllowed(true) // the last one counts
        .setExpandAtFiles(false) // a text may begin with @
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> ErrorLine.print(failure, globals))
        .setParameterExceptionHandler((wrong, all) -> ErrorLine.print(wrong, globals))
        .setOut(new PrintWriter(globals.out(), true, StandardCharsets.UTF_8))
        .setErr(new PrintWriter(globals.err(), true, StandardCharsets.UTF_8));
  }

  private static Object command(String name, Globals globals) {
    return switch (name) {
      case "tour" -> new TourCommand(globals);
      case "generate" -> new GenerateCommand(globals);
      case "chat" -> new ChatCommand(globals);
      case "train" -> new TrainCommand(globals);
      case "merge" -> new MergeCommand(globals);
      case "gan" -> new GanCommand(globals);
      case "encode" -> new EncodeCommand(globals);
      case "classify" -> new ClassifyCommand(globals);
      case "fill-mask" -> new FillMaskCommand(globals);
      case "translate" -> new TranslateCommand(globals);
      case "score" -> ScoreCommand.of(globals);
      case "forward" -> new ForwardCommand(globals);
      case "tokenize" -> new TokenizeCommand(globals);
      case "train-tokenizer" -> new TrainTokenizerCommand(globals);
      case "inspect" -> new InspectCommand(globals);
      case "op" -> OpCommand.of(globals);
      case "bench" -> new BenchCommand(globals);
      case "doctor" -> new DoctorCommand(globals);
      default -> throw new IllegalArgumentException(name);
    };
  }
}
