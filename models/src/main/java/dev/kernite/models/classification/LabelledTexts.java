package dev.kernite.models.classification;

import dev.kernite.models.ModelException;
import dev.kernite.models.training.LabelledLine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Texts with their classes.
 *
 * @param labels names of the classes, in the order of their numbers
 * @param texts the texts
 * @param classes number of each text's class
 */
public record LabelledTexts(List<String> labels, List<String> texts, int[] classes) {
  private static final String TEXT_FILE = ".txt";

  /**
   * Reads a folder with a text file a class, named after it, a text a line; or JSON lines, {@code
   * {"text": "...", "label": "..."}}. The classes are numbered in the order of their names.
   *
   * @throws ModelException if there are fewer than two classes, or something cannot be read
   */
  public static LabelledTexts read(Path path) {
    List<LabelledLine> lines = Files.isDirectory(path) ? folder(path) : LabelledLine.read(path);
    TreeSet<String> names = new TreeSet<>();
    lines.forEach(line -> names.add(line.label()));
    if (names.size() < 2) {
      throw new ModelException(
          path + ": has texts of " + names.size() + " classes " + names + "; needs two or more");
    }
    return of(lines, List.copyOf(names), path);
  }

  /**
   * Reads texts whose classes must be known ones.
   *
   * @param labels names of the classes
   */
  public static LabelledTexts read(Path path, List<String> labels) {
    return of(Files.isDirectory(path) ? folder(path) : LabelledLine.read(path), labels, path);
  }

  private static LabelledTexts of(List<LabelledLine> lines, List<String> labels, Path path) {
    List<String> texts = new ArrayList<>();
    int[] classes = new int[lines.size()];
    for (int i = 0; i < classes.length; i++) {
      texts.add(lines.get(i).text());
      classes[i] = labels.indexOf(lines.get(i).label());
      if (classes[i] < 0) {
        throw new ModelException(
            path + ": has the class '" + lines.get(i).label() + "', known are " + labels);
      }
    }
    return new LabelledTexts(List.copyOf(labels), List.copyOf(texts), classes);
  }

  /** The same texts with their classes numbered in another order. */
  public LabelledTexts ordered(List<String> order) {
    int[] renumbered = new int[classes.length];
    for (int i = 0; i < classes.length; i++) {
      renumbered[i] = order.indexOf(labels.get(classes[i]));
    }
    return new LabelledTexts(List.copyOf(order), texts, renumbered);
  }

  private static List<LabelledLine> folder(Path folder) {
    List<LabelledLine> lines = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(TEXT_FILE)).sorted().toList()) {
        String name = file.getFileName().toString();
        String label = name.substring(0, name.length() - TEXT_FILE.length());
        for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
          if (!line.isBlank()) {
            lines.add(new LabelledLine(line.strip(), label));
          }
        }
      }
    } catch (IOException e) {
      throw new ModelException(folder + ": cannot be read as UTF-8 text: " + e, e);
    }
    return lines;
  }
}
