package dev.kernite.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** {@code --adapter}: what a command's model is loaded with. */
final class AdapterOption {
  @Option(
      names = "--adapter",
      paramLabel = "DIR",
      description = "LoRA adapter for the model, in PEFT's layout.")
  private Path folder;

  /** Where it lies, or null for none. */
  Path folder() {
    return folder;
  }
}
