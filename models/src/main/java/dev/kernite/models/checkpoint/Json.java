package dev.kernite.models.checkpoint;

import dev.kernite.models.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads small JSON files strictly, and writes them: one value, no key twice, bounded size and
 * depth.
 */
final class Json {
  /** Configurations take kilobytes, the largest shard indexes a few megabytes. */
  private static final long MAX_BYTES = 100_000_000;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(100).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Json() {}

  /**
   * Reads a file that holds one JSON object.
   *
   * @param file the file
   * @return the object
   * @throws ModelException if the file cannot be read, is not JSON, or holds something else
   */
  static JsonNode readObject(Path file) {
    JsonNode node = read(file);
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
      return MAPPER.readTree(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      throw new ModelException(file + ": no such file; check the path", e);
    } catch (IOException e) {
      throw new ModelException(
          file + ": cannot be read (" + FileErrors.reason(e) + "); check its permissions", e);
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
    return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(object) + "\n";
  }
}
