package dev.kernite.models.checkpoint;

import dev.kernite.models.ModelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/**
 * A Hugging Face {@code config.json} or {@code generation_config.json}. Each getter names file and
 * key when the value is not what it asks for. A key that is absent or null takes the default, where
 * there is one; keys nobody asks for are ignored.
 */
public final class JsonConfig {
  private final Path file;
  private final String prefix;
  private final JsonNode object;

  private JsonConfig(Path file, String prefix, JsonNode object) {
    this.file = file;
    this.prefix = prefix;
    this.object = object;
  }

  /**
   * Reads a file.
   *
   * @param file a file that holds one JSON object
   * @return its content
   * @throws ModelException if the file cannot be read, is not JSON, or holds something else than an
   *     object
   */
  public static JsonConfig read(Path file) {
    return new JsonConfig(file, "", Json.readObject(file));
  }

  /**
   * Reads a configuration that is no file.
   *
   * @param name what errors call it
   * @param text one JSON object in UTF-8
   * @return its content
   * @throws ModelException if it is not JSON, or something else than an object
   */
  public static JsonConfig of(Path name, byte[] text) {
    return new JsonConfig(name, "", Json.parseObject(name, text));
  }

  /**
   * Writes a configuration for people to read.
   *
   * @param values strings, numbers, booleans, lists and maps by key
   * @return JSON, the keys in the map's order
   */
  public static String text(Map<String, Object> values) {
    return Json.pretty(values);
  }

  /**
   * Reads a file of several.
   *
   * @param file a file that holds a JSON array of objects
   * @return the objects
   * @throws ModelException if the file cannot be read, is not JSON, or holds something else
   */
  public static List<JsonConfig> readAll(Path file) {
    List<JsonConfig> all = new ArrayList<>();
    for (JsonNode object : Json.readObjects(file)) {
      all.add(new JsonConfig(file, all.size() + ".", object));
    }
    return all;
  }

  /**
   * The file this was read from.
   *
   * @return the path
   */
  public Path file() {
    return file;
  }

  /**
   * Whether a key has a value.
   *
   * @param key the key
   * @return false when it is absent or null
   */
  public boolean has(String key) {
    return object.hasNonNull(key);
  }

  /**
   * All keys, those with null values too.
   *
   * @return the keys in file order
   */
  public Collection<String> keys() {
    return object.propertyNames();
  }

  /**
   * A required integer.
   *
   * @param key the key
   * @param min smallest value allowed
   * @param max largest value allowed
   * @return the value
   * @throws ModelException if it is missing, not an integer, or out of range
   */
  public int integer(String key, int min, int max) {
    return toInt(key, required(key, "an integer"), min, max);
  }

  /**
   * An integer with a default.
   *
   * @param key the key
   * @param min smallest value allowed
   * @param max largest value allowed
   * @param absent taken when the key is absent or null; need not be in range
   * @return the value
   * @throws ModelException if it is not an integer, or out of range
   */
  public int integer(String key, int min, int max, int absent) {
    return has(key) ? toInt(key, object.get(key), min, max) : absent;
  }

  /**
   * One integer or a list of them, as {@code eos_token_id} may be.
   *
   * @param key the key
   * @param min smallest value allowed
   * @param max largest value allowed
   * @return the values; empty when the key is absent or null
   * @throws ModelException if it is anything else, or a value is out of range
   */
  public List<Integer> integers(String key, int min, int max) {
    if (!has(key)) {
      return List.of();
    }
    JsonNode node = object.get(key);
    if (!node.isArray()) {
      return List.of(toInt(key, node, min, max));
    }
    List<Integer> values = new ArrayList<>(node.size());
    for (JsonNode element : node) {
      values.add(toInt(key, element, min, max));
    }
    return List.copyOf(values);
  }

  /**
   * A required real number.
   *
   * @param key the key
   * @return the value, finite
   * @throws ModelException if it is missing or not a finite number
   */
  public double real(String key) {
    return toReal(key, required(key, "a number"));
  }

  /**
   * A real number with a default.
   *
   * @param key the key
   * @param absent taken when the key is absent or null
   * @return the value, finite unless it is the default
   * @throws ModelException if it is not a finite number
   */
  public double real(String key, double absent) {
    return has(key) ? toReal(key, object.get(key)) : absent;
  }

  /**
   * A boolean with a default.
   *
   * @param key the key
   * @param absent taken when the key is absent or null
   * @return the value
   * @throws ModelException if it is not true or false
   */
  public boolean bool(String key, boolean absent) {
    if (!has(key)) {
      return absent;
    }
    JsonNode node = object.get(key);
    if (!node.isBoolean()) {
      throw wrong(key, "true or false", node);
    }
    return node.booleanValue();
  }

  /**
   * A required string.
   *
   * @param key the key
   * @return the value
   * @throws ModelException if it is missing or not a string
   */
  public String string(String key) {
    return toText(key, required(key, "a string"));
  }

  /**
   * A string with a default.
   *
   * @param key the key
   * @param absent taken when the key is absent or null; may be null
   * @return the value
   * @throws ModelException if it is not a string
   */
  public String string(String key, String absent) {
    return has(key) ? toText(key, object.get(key)) : absent;
  }

  /**
   * A list of strings, such as {@code architectures}.
   *
   * @param key the key
   * @return the values; empty when the key is absent or null
   * @throws ModelException if it is anything else
   */
  public List<String> strings(String key) {
    return list(key, "a list of strings", element -> toText(key, element));
  }

  /**
   * A list of numbers, such as {@code betas}.
   *
   * @param key the key
   * @return the values, finite; empty when the key is absent or null
   * @throws ModelException if it is anything else
   */
  public List<Double> reals(String key) {
    return list(key, "a list of numbers", element -> toReal(key, element));
  }

  /**
   * One value or a list of them, strings or integers, each as text.
   *
   * @param key the key
   * @return the values, at least one
   * @throws ModelException if it is missing or anything else
   */
  public List<String> texts(String key) {
    JsonNode node = required(key, "a list of strings or integers");
    List<String> values = new ArrayList<>();
    for (JsonNode element : node.isArray() ? node : List.of(node)) {
      values.add(element.isIntegralNumber() ? element.toString() : toText(key, element));
    }
    if (values.isEmpty()) {
      throw wrong(key, "a list with values", node);
    }
    return List.copyOf(values);
  }

  /**
   * An object of strings, such as {@code id2label}.
   *
   * @param key the key
   * @return key to value in file order; empty when the key is absent or null
   * @throws ModelException if it is anything else
   */
  public Map<String, String> stringMap(String key) {
    Map<String, String> values = new LinkedHashMap<>();
    if (has(key)) {
      JsonConfig inner = object(key);
      inner.keys().forEach(k -> values.put(k, inner.string(k)));
    }
    return values;
  }

  /**
   * A nested object.
   *
   * @param key the key
   * @return its content
   * @throws ModelException if it is missing or not an object
   */
  public JsonConfig object(String key) {
    return toObject(key, required(key, "an object"));
  }

  /**
   * A list of objects.
   *
   * @param key the key
   * @return their contents; empty when the key is absent or null
   * @throws ModelException if it is anything else
   */
  public List<JsonConfig> objects(String key) {
    return list(key, "a list of objects", element -> toObject(key, element));
  }

  /**
   * An error about a value that is of the right type but cannot be used.
   *
   * @param key the key
   * @param why what is wrong with the value, and what to do
   * @return the exception to throw; its message begins with file and key
   */
  public ModelException invalid(String key, String why) {
    return new ModelException(file + ": " + Describe.name(prefix + key) + " " + why);
  }

  /**
   * This configuration's text with other values.
   *
   * @param changes strings, numbers, booleans, lists and maps by key; null removes a key
   * @return JSON, the keys in file order and new ones behind them
   */
  public String with(Map<String, Object> changes) {
    Map<String, Object> all = new LinkedHashMap<>();
    object.properties().forEach(member -> all.put(member.getKey(), member.getValue()));
    all.putAll(changes);
    all.values().removeIf(Objects::isNull);
    return Json.pretty(all);
  }

  private <T> List<T> list(String key, String wanted, Function<JsonNode, T> element) {
    if (!has(key)) {
      return List.of();
    }
    JsonNode node = object.get(key);
    if (!node.isArray()) {
      throw wrong(key, wanted, node);
    }
    return node.valueStream().map(element).toList();
  }

  private JsonConfig toObject(String key, JsonNode node) {
    if (!node.isObject()) {
      throw wrong(key, "an object", node);
    }
    return new JsonConfig(file, prefix + key + ".", node);
  }

  private JsonNode required(String key, String wanted) {
    if (!has(key)) {
      throw new ModelException(
          "%s: lacks %s (%s); this may be the configuration of another kind of model"
              .formatted(file, Describe.name(prefix + key), wanted));
    }
    return object.get(key);
  }

  private int toInt(String key, JsonNode node, int min, int max) {
    if (!node.isIntegralNumber()) {
      throw wrong(key, "an integer", node);
    }
    if (!node.canConvertToInt() || node.intValue() < min || node.intValue() > max) {
      throw wrong(
          key, max == Integer.MAX_VALUE ? "at least " + min : "from " + min + " to " + max, node);
    }
    return node.intValue();
  }

  private double toReal(String key, JsonNode node) {
    if (!node.isNumber() || !Double.isFinite(node.doubleValue())) {
      throw wrong(key, "a finite number", node);
    }
    return node.doubleValue();
  }

  private String toText(String key, JsonNode node) {
    if (!node.isString()) {
      throw wrong(key, "a string", node);
    }
    return node.stringValue();
  }

  private ModelException wrong(String key, String wanted, JsonNode found) {
    return invalid(key, "must be " + wanted + ", found " + Describe.line(found.toString()));
  }
}
