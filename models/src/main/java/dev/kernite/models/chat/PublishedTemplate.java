package dev.kernite.models.chat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The chat template that a model was published with, a Jinja program in {@code
 * tokenizer_config.json} or {@code chat_template.jinja}. It is not run; where it is one that many
 * models share, a {@link PromptTemplate} does the same.
 *
 * @param file where it stands
 * @param known what does the same; empty where the program is not recognised
 */
public record PublishedTemplate(Path file, Optional<PromptTemplate> known) {

  /** The template in a model's folder, if there is one. */
  public static Optional<PublishedTemplate> in(Path folder) {
    Path jinja = folder.resolve("chat_template.jinja");
    Path config = folder.resolve("tokenizer_config.json");
    try {
      if (Files.exists(jinja)) {
        return Optional.of(of(jinja, Files.readString(jinja)));
      }
      if (Files.exists(config)) {
        var template = new JsonMapper().readTree(config.toFile()).path("chat_template");
        if (!template.isMissingNode() && !template.isNull()) {
          return Optional.of(of(config, template.toString())); // a text, or several with names
        }
      }
    } catch (IOException | JacksonException e) {
      return Optional.empty(); // it would only be a suggestion
    }
    return Optional.empty();
  }

  private static PublishedTemplate of(Path file, String jinja) {
    boolean chatMl = jinja.contains("<|im_start|>") && jinja.contains("<|im_end|>");
    return new PublishedTemplate(
        file, chatMl ? Optional.of(PromptTemplate.named("chatml")) : Optional.empty());
  }
}
