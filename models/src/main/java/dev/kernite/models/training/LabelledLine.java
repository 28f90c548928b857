package dev.kernite.models.training;

import dev.kernite.models.ModelException;
import java.nio.file.Path;
import java.util.List;

/** A text and the name of its class. */
public record LabelledLine(String text, String label) {
  /**
   * Reads JSON lines, {@code {"text": "...", "label": "..."}}; a label may also be a whole number.
   *
   * @throws ModelException if the file cannot be read, or a line is something else
   */
  public static List<LabelledLine> read(Path file) {
    return JsonLines.read(
        file,
        (node, where) -> {
          String label =
              node.path("label").isIntegralNumber()
                  ? node.path("label").asString()
                  : JsonLines.string(node, "label", where);
          return new LabelledLine(JsonLines.string(node, "text", where), label);
        });
  }
}
