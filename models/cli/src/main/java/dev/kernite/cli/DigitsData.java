package dev.kernite.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** What {@code train --task digits} learns from besides, or instead of, all pictures. */
final class DigitsData {
  private static final int GENERATED = 1000;

  @Option(
      names = "--per-class",
      paramLabel = "N",
      description = "Digits: learn from N of each class alone, chosen by --seed (default: all).")
  private Integer perClass;

  @Option(
      names = "--augment",
      paramLabel = "DIR",
      description = {
        "Digits: learn from generated ones too; real ones are repeated until they are as many. DIR",
        "is a finished run of gan --preset cgan."
      })
  private Path augment;

  @Option(
      names = "--augment-count",
      paramLabel = "N",
      description = "Generated digits of each class (default: 1000).")
  private Integer count;

  /** Pictures of each class to learn from; null for all. */
  Integer perClass() {
    return perClass;
  }

  /** The generator's folder, or null. */
  Path augment() {
    if (augment == null && count != null) {
      throw new CommandException("--augment-count needs --augment");
    }
    return augment;
  }

  /** Generated pictures of each class. */
  int count() {
    return count == null ? GENERATED : count;
  }

  /** Refuses the options for another task. */
  void requireNone() {
    if (perClass != null || augment != null || count != null) {
      throw new CommandException(
          "--per-class, --augment and --augment-count are for --task digits");
    }
  }

  /** What a resumed run must repeat beyond the pictures themselves. */
  Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    if (augment != null) {
      settings.put("--augment-count", Integer.toString(count()));
    }
    return settings;
  }
}
