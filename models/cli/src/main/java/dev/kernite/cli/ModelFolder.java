package dev.kernite.cli;

import dev.kernite.models.BundledModel;
import dev.kernite.models.checkpoint.Checkpoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

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
    return named(model)
        .orElseThrow(
            () -> {
              Optional<BundledModel> known = BundledModel.byName(model);
              return new CommandException(
                  known.isPresent()
                      ? "model '"
                          + model
                          + "' is not here yet; fetch it with `make models`, or put "
                          + known.get().artifact()
                          + " on the class path"
                      : "model '"
                          + model
                          + "' is neither a folder nor a bundled model; a folder needs config.json"
                          + " and model.safetensors or model.onnx");
            });
  }

  /** The folder of a bundled model, if its weights are there. */
  static Optional<Path> named(String model) {
    String home = System.getProperty(HOME);
    if (home != null && !model.contains("/") && !model.contains("\\")) {
      Path bundled = Path.of(home, "models", model);
      if (Checkpoint.isIn(bundled)) {
        return Optional.of(bundled);
      }
    }
    return BundledModel.byName(model).filter(BundledModel::isOnClassPath).map(BundledModel::folder);
  }
}
