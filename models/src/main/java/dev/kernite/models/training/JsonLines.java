package dev.kernite.models.training;

import dev.kernite.models.ModelException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Documents as JSON lines: an object with a {@code text} on each line. */
final class JsonLines {
  private static final JsonMapper JSON = new JsonMapper();

  private JsonLines() {}

  static List<String> texts(Path file) {
    List<String> lines;
    try {
      lines = Files.readAllLines(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new ModelException(file + ": cannot be read as UTF-8 text: " + e, e);
    }
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      if (!lines.get(i).isBlank()) {
        texts.add(text(file, i + 1, lines.get(i)));
      }
    }
    return texts;
  }

  private static String text(Path file, int number, String line) {
    JsonNode node;
    try {
      node = JSON.readTree(line);
    } catch (JacksonException e) {
      throw new ModelException(file + ":" + number + ": is not JSON: " + e.getOriginalMessage(), e);
    }
    if (!node.path("text").isString()) {
      throw new ModelException(
          file + ":" + number + ": needs an object with a string \"text\" on each line");
    }
    return node.path("text").stringValue();
  }
}
