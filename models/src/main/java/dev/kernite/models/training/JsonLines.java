package dev.kernite.models.training;

import dev.kernite.models.ModelException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Documents as JSON lines, an object with a {@code text} on each line, or as plain lines. */
final class JsonLines {
  private static final JsonMapper JSON = new JsonMapper();

  private JsonLines() {}

  static List<String> texts(Path file) {
    return read(file, (node, where) -> string(node, "text", where));
  }

  /**
   * Reads an object a line; blank lines are passed over.
   *
   * @param element makes a value of an object, and of where it stands for error messages
   */
  static <T> List<T> read(Path file, BiFunction<JsonNode, String, T> element) {
    List<String> lines = lines(file);
    List<T> elements = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      if (!lines.get(i).isBlank()) {
        String where = file + ":" + (i + 1);
        elements.add(element.apply(parse(lines.get(i), where), where));
      }
    }
    return elements;
  }

  /** The lines of a text file, but for blank ones. */
  static List<String> plain(Path file) {
    return lines(file).stream().filter(line -> !line.isBlank()).toList();
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file, StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      throw new ModelException(file + ": no such file; check the path", e);
    } catch (IOException e) {
      throw new ModelException(file + ": cannot be read as UTF-8 text: " + e, e);
    }
  }

  private static JsonNode parse(String line, String where) {
    try {
      return JSON.readTree(line);
    } catch (JacksonException e) {
      throw new ModelException(where + ": is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** A member that must be there and a string. */
  static String string(JsonNode node, String name, String where) {
    if (!node.path(name).isString()) {
      throw new ModelException(
          where + ": needs an object with a string \"" + name + "\" on each line");
    }
    return node.path(name).stringValue();
  }
}
