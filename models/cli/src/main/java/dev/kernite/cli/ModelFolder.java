package dev.kernite.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/** What {@code --model M} stands for: a folder, or the name of a model that comes with Kernite. */
final class ModelFolder {
  /** Set by the launcher: where the program was laid. */
  private static final String HOME = "kernite.home";

  private ModelFolder() {}

  /** Finds a model's folder, or fails with what was looked for. */
  static Path of(String model) {
    Path folder = Path.of(model);
    if (Files.isDirectory(folder)) {
      return folder;
    }
    String home = System.getProperty(HOME);
    if (home != null && !model.contains("/") && !model.contains("\\")) {
      Path bundled = Path.of(home, "models", model);
      if (Files.isDirectory(bundled)) {
        return bundled;
      }
    }
    throw new CommandException(
        "model '"
            + model
            + "' is neither a folder nor a bundled model; a folder needs config.json and"
            + " model.safetensors");
  }
}
