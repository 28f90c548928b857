package dev.kernite.tokenizer.file;

import static dev.kernite.tokenizer.file.JsonFile.object;

import dev.kernite.tokenizer.AddedToken;
import dev.kernite.tokenizer.Padding;
import dev.kernite.tokenizer.Pipeline;
import dev.kernite.tokenizer.Side;
import dev.kernite.tokenizer.Truncation;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

/** Writes a {@code tokenizer.json} that this and the Hugging Face tokenizers library read. */
public final class TokenizerJsonWriter {
  private TokenizerJsonWriter() {}

  /**
   * Writes a tokenizer; the file appears whole or not at all.
   *
   * @param pipeline the parts of the tokenizer
   * @param idOfAdded the id of each added token, by its content
   * @param file where to
   */
  public static void write(Pipeline pipeline, ToIntFunction<String> idOfAdded, Path file) {
    List<Map<String, Object>> added =
        pipeline.addedTokens().stream()
            .sorted(Comparator.comparingInt(token -> idOfAdded.applyAsInt(token.content())))
            .map(token -> addedToken(token, idOfAdded))
            .toList();
    JsonFile.write(
        object(
            "version",
            "1.0",
            "truncation",
            truncation(pipeline.options().truncation()),
            "padding",
            padding(pipeline.options().padding()),
            "added_tokens",
            added,
            "normalizer",
            NormalizerJson.tree(pipeline.normalizer()),
            "pre_tokenizer",
            PreTokenizerJson.tree(pipeline.preTokenizer()),
            "post_processor",
            PostProcessorJson.tree(pipeline.postProcessor()),
            "decoder",
            DecoderJson.tree(pipeline.decoder()),
            "model",
            ModelJson.tree(pipeline.model())),
        file);
  }

  private static Map<String, Object> addedToken(AddedToken token, ToIntFunction<String> id) {
    return object(
        "id",
        id.applyAsInt(token.content()),
        "content",
        token.content(),
        "single_word",
        token.singleWord(),
        "lstrip",
        token.lstrip(),
        "rstrip",
        token.rstrip(),
        "normalized",
        token.normalized(),
        "special",
        token.special());
  }

  private static Object truncation(Truncation truncation) {
    return truncation == null
        ? null
        : object(
            "direction",
            side(truncation.side()),
            "max_length",
            truncation.maxLength(),
            "strategy",
            switch (truncation.strategy()) {
              case LONGEST_FIRST -> "LongestFirst";
              case ONLY_FIRST -> "OnlyFirst";
              case ONLY_SECOND -> "OnlySecond";
            },
            "stride",
            truncation.stride());
  }

  private static Object padding(Padding padding) {
    return padding == null
        ? null
        : object(
            "strategy",
            padding.length() == Padding.LONGEST
                ? "BatchLongest"
                : object("Fixed", padding.length()),
            "direction",
            side(padding.side()),
            "pad_to_multiple_of",
            padding.multipleOf() == 0 ? null : padding.multipleOf(),
            "pad_id",
            padding.id(),
            "pad_type_id",
            padding.typeId(),
            "pad_token",
            padding.token());
  }

  private static String side(Side side) {
    return side == Side.LEFT ? "Left" : "Right";
  }
}
