package dev.kernite.cli;

import dev.kernite.cli.TextLines.Line;
import dev.kernite.tokenizer.Input;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** Texts and token ids from a line of JSON. */
final class JsonInput {
  private static final JsonFactory JSON = new JsonFactory();

  private JsonInput() {}

  /** Reads {@code {"text":"...","pair":"..."}}; {@code pair} may be missing or null. */
  static Input text(Line line) {
    String[] texts = new String[2];
    members(
        line,
        Map.of(
            "text", json -> texts[0] = string(json, line),
            "pair", json -> texts[1] = string(json, line)));
    if (texts[0] == null) {
      throw wrong(line, "\"text\" is missing");
    }
    return new Input(texts[0], texts[1]);
  }

  /** Reads {@code {"text":"..."}}, or {@code {"text":null}} as null: there is none. */
  static String optionalText(Line line) {
    String[] text = new String[1];
    boolean[] given = new boolean[1];
    members(
        line,
        Map.of(
            "text",
            json -> {
              given[0] = true;
              text[0] = string(json, line);
            }));
    if (!given[0]) {
      throw wrong(line, "\"text\" is missing");
    }
    return text[0];
  }

  /** Reads {@code {"ids":[1,2,3]}}. */
  static int[] ids(Line line) {
    int[][] ids = new int[1][];
    members(line, Map.of("ids", json -> ids[0] = ints(json, line)));
    if (ids[0] == null) {
      throw wrong(line, "\"ids\" is missing");
    }
    return ids[0];
  }

  /** Reads ids with blanks or commas between them. */
  static int[] plainIds(Line line) {
    try {
      return Pattern.compile("[\\s,]+")
          .splitAsStream(line.text().strip())
          .filter(id -> !id.isEmpty())
          .mapToInt(Integer::parseInt)
          .toArray();
    } catch (NumberFormatException e) {
      throw wrong(line, "token ids are whole numbers (" + e.getMessage() + ")");
    }
  }

  /** Calls the reader of each known member, at its value; the others are passed over. */
  private static void members(Line line, Map<String, Consumer<JsonParser>> readers) {
    try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), line.text())) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw wrong(line, "a line is one JSON object");
      }
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        Consumer<JsonParser> reader = readers.get(json.currentName());
        json.nextToken();
        if (reader == null) {
          json.skipChildren();
        } else {
          reader.accept(json);
        }
      }
      if (json.nextToken() != null) {
        throw wrong(line, "a line is one JSON object, and nothing behind it");
      }
    } catch (JacksonException e) {
      throw wrong(line, "no JSON (" + e.getOriginalMessage() + ")");
    }
  }

  private static String string(JsonParser json, Line line) {
    return switch (json.currentToken()) {
      case VALUE_NULL -> null;
      case VALUE_STRING -> json.getString();
      default -> throw wrong(line, "\"" + json.currentName() + "\" must be a string");
    };
  }

  private static int[] ints(JsonParser json, Line line) {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw wrong(line, "\"" + json.currentName() + "\" must be an array");
    }
    IntStream.Builder ids = IntStream.builder();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (json.currentToken() != JsonToken.VALUE_NUMBER_INT) {
        throw wrong(line, "token ids are whole numbers, not " + json.getString());
      }
      ids.add(json.getIntValue()); // out of range is a JacksonException that says so
    }
    return ids.build().toArray();
  }

  /** The error for a line, which it names. */
  static CommandException wrong(Line line, String what) {
    return new CommandException(line.source() + ", line " + line.number() + ": " + what);
  }
}
