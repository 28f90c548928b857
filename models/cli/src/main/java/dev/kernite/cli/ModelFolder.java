package dev.kernite.cli;

import dev.kernite.models.BundledModel;
import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.Checkpoint;
import dev.kernite.models.hub.Hub;
import dev.kernite.models.hub.HubSettings;
import dev.kernite.models.hub.ModelId;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What {@code --model M} stands for: a folder, else the name of a model that comes with Kernite,
 * else an id on a hub.
 */
final class ModelFolder {
  /** The GPT-2 that is laid beside the program. */
  static final String STORIES = "stories";

  /** The T5 that is laid beside it. */
  static final String NUMBERS = "numbers";

  /** Set by the launcher: where the program was laid. */
  private static final String HOME = "kernite.home";

  private ModelFolder() {}

  /** Finds a model's folder, fetching it if need be, or fails with what was looked for. */
  static Path of(String model, Globals globals) {
    if (isThere(model)) {
      return folder(model);
    }
    Optional<Path> bundled = named(model);
    if (bundled.isPresent()) {
      return bundled.get();
    }
    if (isBundledName(model)) {
      throw new CommandException(absent(model));
    }
    ModelId id =
        ModelId.find(model)
            .orElseThrow(
                () ->
                    new CommandException(
                        "model '"
                            + model
                            + "' is no folder, no bundled model ("
                            + bundledNames()
                            + ") and no hub id (owner/name); a folder needs config.json and"
                            + " model.safetensors or model.onnx"));
    return fetched(id, globals);
  }

  private static boolean isThere(String path) {
    try {
      return Files.exists(Path.of(path));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private static Path folder(String path) {
    Path folder = Path.of(path);
    if (!Files.isDirectory(folder)) {
      throw new CommandException("model '" + path + "' is a file; give the folder that it is in");
    }
    return folder;
  }

  private static Path fetched(ModelId id, Globals globals) {
    HubSettings settings = HubSettings.fromEnvironment();
    try (HubProgress progress = new HubProgress(globals.err())) {
      return Hub.of(globals.offline() ? settings.asOffline() : settings)
          .withListener(progress)
          .fetch(id);
    } catch (ModelException e) {
      throw new CommandException(
          "%s (nor is '%s' a folder or a bundled model: %s)"
              .formatted(e.getMessage(), id, bundledNames()),
          e);
    }
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

  private static boolean isBundledName(String model) {
    return model.equals(STORIES) || model.equals(NUMBERS) || BundledModel.byName(model).isPresent();
  }

  private static String bundledNames() {
    return Stream.concat(
            Stream.of(STORIES, NUMBERS), Stream.of(BundledModel.values()).map(BundledModel::id))
        .collect(Collectors.joining(", "));
  }

  /** How to get a bundled model. */
  private static String absent(String model) {
    return BundledModel.byName(model)
        .map(
            known ->
                "model '"
                    + model
                    + "' is not here yet; fetch it with `make models`, or put "
                    + known.artifact()
                    + " on the class path")
        .orElse(
            "model '"
                + model
                + "' lies beside the program, which bin/kernite of `make build` starts");
  }
}
