package dev.kernite.test.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Runs of {@code kernite gan} that take moments. Norms and dropout, so that all a state can hold is
 * in it.
 *
 * @param folder for the configuration, and for the runs' folders
 */
record TinyGan(Path folder) {
  private static final String CONFIG =
      """
      {"generator": ["Linear(6, 16)", "BatchNorm1d(16)", "ReLU()", "Linear(16, 784)", "Tanh()"],
       "discriminator": ["Linear(784, 16)", "LeakyReLU(0.2)", "Dropout(0.3)", "Linear(16, 1)"],
       "loss": "BCEWithLogitsLoss", "batch": 100}
      """;

  static TinyGan in(Path folder) throws IOException {
    Files.writeString(folder.resolve("config.json"), CONFIG);
    return new TinyGan(folder);
  }

  /**
   * A command line that goes on where the folder's state is; it is saved every three steps.
   *
   * @param out name of the run's folder
   */
  List<String> command(String out, int steps) {
    List<String> command = new ArrayList<>(List.of("gan", "--json", "--resume"));
    command.addAll(List.of("--threads", "1")); // so small a model gains nothing from more
    command.addAll(List.of("--config", folder.resolve("config.json").toString()));
    command.addAll(List.of("--data", "mnist-small"));
    command.addAll(List.of("--out", folder.resolve(out).toString()));
    command.addAll(List.of("--steps", Integer.toString(steps)));
    command.addAll(List.of("--save-every", "3"));
    command.addAll(List.of("--samples", "4"));
    return command;
  }

  /** Runs it in this process. */
  Kernite run(String out, int steps) {
    return Kernite.run(command(out, steps).toArray(String[]::new));
  }

  /** The contents of all files of a run, by path. */
  Map<String, byte[]> files(String out) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    Path root = folder.resolve(out);
    try (Stream<Path> all = Files.walk(root)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(root.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    return files;
  }
}
