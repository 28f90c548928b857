package dev.kernite.tokenizer.file;

import dev.kernite.tokenizer.TokenizerException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/**
 * A JSON value that knows where it stands, so that whatever is wrong with it is told with file and
 * path. Keys that appear twice in an object are refused.
 */
final class Json {
  /** A vocabulary has each of its 50,000 keys once: remembering them would only cost. */
  private static final JsonFactory FACTORY =
      JsonFactory.builder().disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES).build();

  private final Path file;
  private final String path;
  private final Object value; // Map<String, Object>, List<Object>, String, Number, Boolean or null

  private Json(Path file, String path, Object value) {
    this.file = file;
    this.path = path;
    this.value = value;
  }

  /**
   * Reads a file.
   *
   * @throws TokenizerException if it cannot be read or is not JSON
   */
  static Json read(Path file) {
    try (InputStream in = Files.newInputStream(file);
        JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), in)) {
      Lines.requireUsualSize(file);
      parser.nextToken();
      Object value = value(parser, file);
      if (parser.nextToken() != null) {
        throw new TokenizerException(file + ": there is text after the JSON value");
      }
      return new Json(file, "", value);
    } catch (IOException e) {
      throw new TokenizerException("%s: cannot be read: %s".formatted(file, e), e);
    } catch (JacksonException e) {
      throw new TokenizerException(
          "%s: not JSON, or cut off: %s (line %d, column %d)"
              .formatted(
                  file,
                  e.getOriginalMessage(),
                  e.getLocation() == null ? -1 : e.getLocation().getLineNr(),
                  e.getLocation() == null ? -1 : e.getLocation().getColumnNr()),
          e);
    }
  }

  /** Returns an object without members, in place of a file that is not there. */
  static Json empty(Path file) {
    return new Json(file, "", Map.of());
  }

  private static Object value(JsonParser parser, Path file) {
    JsonToken token = parser.currentToken();
    if (token == null) {
      throw new TokenizerException(file + ": the file ends where a JSON value should be");
    }
    return switch (token) {
      case START_OBJECT -> object(parser, file);
      case START_ARRAY -> {
        List<Object> elements = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          elements.add(value(parser, file));
        }
        yield elements;
      }
      case VALUE_STRING -> parser.getString();
      case VALUE_NUMBER_INT -> parser.getNumberValue();
      case VALUE_NUMBER_FLOAT -> RustNumber.parse(parser.getString());
      case VALUE_TRUE -> Boolean.TRUE;
      case VALUE_FALSE -> Boolean.FALSE;
      case VALUE_NULL -> null;
      default -> throw new TokenizerException(file + ": unexpected " + token);
    };
  }

  private static Map<String, Object> object(JsonParser parser, Path file) {
    Map<String, Object> members = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      if (parser.currentToken() == null) {
        throw new TokenizerException(file + ": the file ends inside an object");
      }
      String key = parser.currentName();
      parser.nextToken();
      Object value = value(parser, file);
      if (members.containsKey(key)) {
        throw new TokenizerException(
            "%s: \"%s\" appears twice in one object (line %d)"
                .formatted(file, key, parser.currentLocation().getLineNr()));
      }
      members.put(key, value);
    }
    return members;
  }

  /** Returns an error about this value. */
  TokenizerException error(String what) {
    return new TokenizerException(file + (path.isEmpty() ? "" : ": " + path) + ": " + what);
  }

  /** Returns what {@code make} returns; an error that does not name the file gets its place. */
  <T> T located(Supplier<T> make) {
    try {
      return make.get();
    } catch (TokenizerException e) {
      throw e.getMessage().startsWith(file + ": ") ? e : error(e.getMessage());
    }
  }

  private TokenizerException wrong(String expected) {
    String found =
        switch (value) {
          case null -> "nothing";
          case Map<?, ?> _ -> "an object";
          case List<?> _ -> "an array";
          default -> abbreviated(value.toString());
        };
    return error("expected %s, found %s".formatted(expected, found));
  }

  private static String abbreviated(String s) {
    return s.length() <= 60 ? s : s.substring(0, 60) + "...";
  }

  boolean isNull() {
    return value == null;
  }

  boolean isObject() {
    return value instanceof Map;
  }

  boolean isString() {
    return value instanceof String;
  }

  /** Returns member {@code key}; a null value where there is none. */
  Json get(String key) {
    if (!(value instanceof Map<?, ?> members)) {
      throw wrong("an object");
    }
    return new Json(file, path.isEmpty() ? key : path + "." + key, members.get(key));
  }

  /** Returns member {@code key}, which must be there and not be null. */
  Json require(String key) {
    Json member = get(key);
    if (member.isNull()) {
      throw error("\"%s\" is missing".formatted(key));
    }
    return member;
  }

  List<Json> elements() {
    if (!(value instanceof List<?> elements)) {
      throw wrong("an array");
    }
    List<Json> result = new ArrayList<>(elements.size());
    for (int i = 0; i < elements.size(); i++) {
      result.add(new Json(file, path + "[" + i + "]", elements.get(i)));
    }
    return result;
  }

  /** Returns the members of an object, in order. */
  Map<String, Json> members() {
    if (!(value instanceof Map<?, ?> members)) {
      throw wrong("an object");
    }
    Map<String, Json> result = LinkedHashMap.newLinkedHashMap(members.size());
    members.forEach((key, _) -> result.put((String) key, get((String) key)));
    return result;
  }

  /** Returns an object of integers, such as a vocabulary, without a value object for each. */
  Map<String, Integer> integers() {
    if (!(value instanceof Map<?, ?> members)) {
      throw wrong("an object");
    }
    Map<String, Integer> result = LinkedHashMap.newLinkedHashMap(members.size());
    members.forEach(
        (key, member) ->
            result.put(
                (String) key, member instanceof Integer i ? i : get((String) key).integer()));
    return result;
  }

  String string() {
    if (value instanceof String s) {
      return s;
    }
    throw wrong("a string");
  }

  /** Returns a string, or {@code absent} where there is nothing. */
  String string(String absent) {
    return value == null ? absent : string();
  }

  /** Returns a string of one code point. */
  int codePoint() {
    String s = string();
    if (s.isEmpty() || s.codePointCount(0, s.length()) != 1) {
      throw wrong("a single character");
    }
    return s.codePointAt(0);
  }

  int integer() {
    if (value instanceof Integer i) {
      return i;
    }
    throw wrong("an integer from -2^31 to 2^31 - 1");
  }

  /** Returns an integer that is not negative. */
  int natural() {
    if (integer() < 0) {
      throw error("must not be negative, found %d".formatted(integer()));
    }
    return integer();
  }

  /** Returns an integer, or {@code absent} where there is nothing. */
  int integer(int absent) {
    return value == null ? absent : integer();
  }

  double number() {
    if (value instanceof Number n && Double.isFinite(n.doubleValue())) {
      return n.doubleValue();
    }
    throw wrong("a number");
  }

  boolean bool() {
    if (value instanceof Boolean b) {
      return b;
    }
    throw wrong("true or false");
  }

  /** Returns a boolean, or {@code absent} where there is nothing. */
  boolean bool(boolean absent) {
    return value == null ? absent : bool();
  }
}
