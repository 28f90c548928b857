package dev.kernite.cli;

import java.io.PrintStream;
import java.io.StringWriter;
import java.lang.reflect.Array;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;

/**
 * One JSON object, printed on one line, keys in the order they were put. Non-finite numbers become
 * strings, as JSON has none.
 */
final class JsonLine {
  private static final JsonFactory UNICODE = new JsonFactory();
  private static final JsonFactory ASCII =
      JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private final Map<String, Object> members = new LinkedHashMap<>();

  /**
   * Adds a member.
   *
   * @param value null, a string, number, boolean, another JsonLine, a map, an iterable or an array
   */
  JsonLine put(String key, Object value) {
    members.put(key, value);
    return this;
  }

  /** Prints the line in ASCII, as {@code --json} promises. */
  void print(PrintStream out) {
    print(out, ASCII);
  }

  /** Prints the line for people: letters of any script as they are. */
  void printReadable(PrintStream out) {
    print(out, UNICODE);
  }

  private void print(PrintStream out, JsonFactory style) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = style.createGenerator(ObjectWriteContext.empty(), text)) {
      write(json, members);
    }
    out.append(text.append('\n').toString());
  }

  private static void write(JsonGenerator json, Object value) {
    switch (value) {
      case null -> json.writeNull();
      case JsonLine object -> write(json, object.members);
      case String text -> json.writeString(text);
      case Boolean flag -> json.writeBoolean(flag);
      case Integer number -> json.writeNumber(number);
      case Long number -> json.writeNumber(number);
      case Float number -> json.writeNumber(number);
      case Double number -> json.writeNumber(number);
      case Map<?, ?> object -> {
        json.writeStartObject();
        for (Map.Entry<?, ?> member : object.entrySet()) {
          json.writeName((String) member.getKey());
          write(json, member.getValue());
        }
        json.writeEndObject();
      }
      case Iterable<?> list -> {
        json.writeStartArray();
        for (Object element : list) {
          write(json, element);
        }
        json.writeEndArray();
      }
      default -> writeArray(json, value);
    }
  }

  private static void writeArray(JsonGenerator json, Object array) {
    if (!array.getClass().isArray()) {
      throw new IllegalArgumentException("no JSON form for " + array.getClass().getName());
    }
    json.writeStartArray();
    for (int i = 0; i < Array.getLength(array); i++) {
      write(json, Array.get(array, i));
    }
    json.writeEndArray();
  }
}
