package dev.kernite.models.chat;

import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.JsonConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * How the turns of a conversation become one text that a causal model continues:
 *
 * <pre>
 * [system.prefix TEXT system.suffix]
 * user.prefix TEXT user.suffix assistant.prefix REPLY assistant.suffix    for each exchange
 * </pre>
 *
 * @param system around the system text, where there is one
 * @param user around what the user says
 * @param assistant around the reply; the model writes from behind the prefix on
 * @param stopTexts end a reply, of which they are no part; one that is a special token of the
 *     tokenizer counts as an end token
 */
public record PromptTemplate(Around system, Around user, Around assistant, List<String> stopTexts) {

  /** The templates that come with Kernite, by name. */
  public static final Set<String> NAMES = Set.of("plain", "chatml", "bare");

  /**
   * What stands around a text.
   *
   * @param prefix before it
   * @param suffix behind it
   */
  public record Around(String prefix, String suffix) {
    String put(String text) {
      return prefix + text + suffix;
    }

    private static Around of(JsonConfig json, String key) {
      if (!json.has(key)) {
        return new Around("", "");
      }
      JsonConfig around = json.object(key);
      requireKnown(around, Set.of("prefix", "suffix"));
      return new Around(around.string("prefix", ""), around.string("suffix", ""));
    }
  }

  /** Checks the stop texts. */
  public PromptTemplate {
    stopTexts = List.copyOf(stopTexts);
    if (stopTexts.contains("")) {
      throw new ModelException("a template's stop text is empty; leave it out");
    }
  }

  /**
   * A template that comes with Kernite: {@code plain} ("User: ...", "Assistant: ..."), {@code
   * chatml} ({@code <|im_start|>}), or {@code bare}, which puts nothing around anything, so that
   * user and model write one text in turns.
   *
   * @throws ModelException if there is none of this name
   */
  public static PromptTemplate named(String name) {
    if (!NAMES.contains(name)) {
      throw new ModelException(
          "template '" + name + "' is none of " + NAMES.stream().sorted().toList());
    }
    try (InputStream in = PromptTemplate.class.getResourceAsStream(name + ".json")) {
      return of(JsonConfig.of(Path.of(name + ".json"), in.readAllBytes()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads a template: {@code {"system": {"prefix": "", "suffix": ""}, "user": {...}, "assistant":
   * {...}, "stop": []}}. What is left out is empty.
   *
   * @throws ModelException if the file is no such object; the message names file and key
   */
  public static PromptTemplate read(Path file) {
    return of(JsonConfig.read(file));
  }

  private static PromptTemplate of(JsonConfig json) {
    requireKnown(json, Set.of("system", "user", "assistant", "stop"));
    List<String> stop = json.strings("stop");
    if (stop.contains("")) {
      throw json.invalid("stop", "has an empty text; leave it out");
    }
    return new PromptTemplate(
        Around.of(json, "system"), Around.of(json, "user"), Around.of(json, "assistant"), stop);
  }

  private static void requireKnown(JsonConfig json, Collection<String> known) {
    for (String key : json.keys()) {
      if (!known.contains(key)) {
        throw json.invalid(
            key, "is no part of a template; known: " + known.stream().sorted().toList());
      }
    }
  }
}
