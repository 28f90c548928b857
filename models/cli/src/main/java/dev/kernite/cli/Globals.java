package dev.kernite.cli;

import dev.kernite.engine.Engine;
import dev.kernite.engine.EngineOptions;
import java.io.PrintStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The root command {@code kernite}: the options every command understands, before its name and
 * after it, and the streams it works on.
 */
@Command(
    name = "kernite",
    description = "A from-scratch compute engine for the JVM: GPT-2, BERT, T5 and GANs.",
    synopsisSubcommandLabel = "COMMAND",
    versionProvider = Version.class)
final class Globals implements Runnable {
  @Spec private CommandSpec spec;

  @Option(
      names = "--device",
      scope = ScopeType.INHERIT,
      defaultValue = "auto",
      paramLabel = "D",
      description = "auto, cpu, cuda or cuda-host (default: auto).")
  private DeviceChoice device = DeviceChoice.AUTO;

  @Option(
      names = "--threads",
      scope = ScopeType.INHERIT,
      paramLabel = "N",
      description = "Threads of the CPU backend (default: one per core). Never changes a result.")
  private Integer threads;

  @Option(
      names = "--json",
      scope = ScopeType.INHERIT,
      description = "Write ASCII JSON to standard output, one object per line, and nothing else.")
  private boolean json;

  @Option(
      names = "--offline",
      scope = ScopeType.INHERIT,
      description = "Use models of a hub from the cache only, as HF_HUB_OFFLINE=1 does.")
  private boolean offline;

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Show the stack trace of an error.")
  private boolean verbose;

  @Option(
      names = {"-h", "--help"},
      scope = ScopeType.INHERIT,
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  @Option(names = "--version", versionHelp = true, description = "Show the version.")
  private boolean version;

  private final Streams streams;

  Globals(Streams streams) {
    this.streams = streams;
  }

  /** Only reached when no command is named. */
  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "no command given");
  }

  DeviceChoice device() {
    return device;
  }

  /** The number asked for with {@code --threads}; 0 leaves the choice to the engine. */
  int threads() {
    if (threads == null) {
      return 0;
    }
    if (threads < 1) {
      throw new ParameterException(spec.commandLine(), "--threads must be at least 1: " + threads);
    }
    return threads;
  }

  /** Opens the engine that --device and --threads ask for; the caller closes it. */
  Engine openEngine() {
    return Engine.open(engineOptions(device));
  }

  /** How to open an engine on some device. */
  EngineOptions engineOptions(DeviceChoice choice) {
    return EngineOptions.DEFAULT.withDevice(choice.toString()).withThreads(threads());
  }

  /** The same with a seed for the engine's random stream. */
  Engine openEngine(long seed) {
    return Engine.open(engineOptions(device).withSeed(seed));
  }

  boolean json() {
    return json;
  }

  boolean offline() {
    return offline;
  }

  boolean verbose() {
    return verbose;
  }

  Streams streams() {
    return streams;
  }

  PrintStream out() {
    return streams.out();
  }

  PrintStream err() {
    return streams.err();
  }
}
