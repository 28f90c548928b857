package dev.kernite.models.checkpoint;

import dev.kernite.models.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads small JSON files strictly, and writes them: one value, no key twice, bounded size and
 * depth.
 */
final class Json {
  /** Configurations take kilobytes, the largest shard indexes a few megabytes. */
  private static final long MAX_BYTES = 100_000_000;

  /** More nesting than any configuration has is refused, so that reading may recurse. */
  private static final int DEEPEST = 100;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
          .build();

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private Json() {}

  /**
   * Reads a file that holds one JSON object.
   *
   * @param file the file
   * @return the object
   * @throws ModelException if the file cannot be read, is not JSON, or holds something else
   */
  static JsonNode readObject(Path file) {
    return requireObject(file, read(file));
  }

  /**
   * Parses one JSON object.
   *
   * @param name what errors call it
   * @param text in UTF-8
   * @return the object
   * @throws ModelException if it is not JSON, or something else
   */
  static JsonNode parseObject(Path name, byte[] text) {
    return requireObject(name, parse(name, text));
  }

  private static JsonNode requireObject(Path file, JsonNode node) {
    if (!node.isObject()) {
      throw new ModelException(file + ": must hold a JSON object");
    }
    return node;
  }

  /**
   * Reads a file that holds a JSON array of objects.
   *
   * @param file the file
   * @return the array
   * @throws ModelException if the file cannot be read, is not JSON, or holds something else
   */
  static JsonNode readObjects(Path file) {
    JsonNode node = read(file);
    if (!node.isArray() || !node.valueStream().allMatch(JsonNode::isObject)) {
      throw new ModelException(file + ": must hold a JSON array of objects");
    }
    return node;
  }

  private static JsonNode read(Path file) {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new ModelException(
            file + ": has " + Files.size(file) + " bytes, more than a configuration can have");
      }
      return parse(file, Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      throw new ModelException(file + ": no such file; check the path", e);
    } catch (IOException e) {
      throw new ModelException(
          file + ": cannot be read (" + FileErrors.reason(e) + "); check its permissions", e);
    }
  }

  private static JsonNode parse(Path file, byte[] text) {
    try {
      return tree(text);
    } catch (JacksonException e) {
      String at =
          e.getLocation() == null
              ? ""
              : " at line %d, column %d"
                  .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr());
      throw new ModelException(
          file + ": is not valid JSON" + at + ": " + Describe.line(e.getOriginalMessage()), e);
    }
  }

  /** Writes an object for people to read. */
  static String pretty(Map<String, Object> object) {
    return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(object) + "\n";
  }

  /**
   * Builds the tree by hand: an ObjectMapper would do the same, but takes a fifth of a second to
   * get ready, at every start of a program.
   */
  private static JsonNode tree(byte[] text) {
    try (JsonParser in = FACTORY.createParser(ObjectReadContext.empty(), text)) {
      if (in.nextToken() == null) {
        return NODES.missingNode();
      }
      JsonNode root = value(in);
      if (in.nextToken() != null) {
        throw new StreamReadException(in, "there is more behind the value");
      }
      return root;
    }
  }

  /** The value whose first token is the current one; leaves the parser at its last. */
  private static JsonNode value(JsonParser in) {
    return switch (in.currentToken()) {
      case START_OBJECT -> {
        ObjectNode object = NODES.objectNode();
        while (in.nextToken() != JsonToken.END_OBJECT) {
          String key = in.currentName();
          in.nextToken();
          object.set(key, value(in));
        }
        yield object;
      }
      case START_ARRAY -> {
        ArrayNode array = NODES.arrayNode();
        while (in.nextToken() != JsonToken.END_ARRAY) {
          array.add(value(in));
        }
        yield array;
      }
      case VALUE_STRING -> NODES.stringNode(in.getString());
      case VALUE_NUMBER_INT ->
          switch (in.getNumberType()) {
            case INT -> NODES.numberNode(in.getIntValue());
            case LONG -> NODES.numberNode(in.getLongValue());
            default -> NODES.numberNode(in.getBigIntegerValue());
          };
      case VALUE_NUMBER_FLOAT -> NODES.numberNode(in.getDoubleValue());
      case VALUE_TRUE -> NODES.booleanNode(true);
      case VALUE_FALSE -> NODES.booleanNode(false);
      default -> NODES.nullNode();
    };
  }
}
