package dev.kernite.tokenizer.file;

import dev.kernite.tokenizer.AddedToken;
import dev.kernite.tokenizer.EncodeOptions;
import dev.kernite.tokenizer.Padding;
import dev.kernite.tokenizer.Pipeline;
import dev.kernite.tokenizer.Side;
import dev.kernite.tokenizer.Tokenizer;
import dev.kernite.tokenizer.Truncation;
import java.nio.file.Path;
import java.util.List;

/** Reads a {@code tokenizer.json}, version 1.0 of the format of the tokenizers library. */
final class TokenizerJsonReader {
  private static final System.Logger LOG = System.getLogger(TokenizerJsonReader.class.getName());

  private TokenizerJsonReader() {}

  static Tokenizer read(Path file) {
    Json json = Json.read(file);
    String version = json.get("version").string("1.0");
    if (!version.equals("1.0")) {
      throw json.error("version \"%s\" is not supported, only \"1.0\"".formatted(version));
    }
    Json added = json.get("added_tokens");
    List<Json> addedTokens = added.isNull() ? List.of() : added.elements();
    Pipeline pipeline =
        new Pipeline(
            addedTokens.stream().map(token -> readAddedToken(token)).toList(),
            NormalizerJson.read(json.get("normalizer")),
            PreTokenizerJson.read(json.get("pre_tokenizer")),
            ModelJson.read(json.require("model")),
            PostProcessorJson.read(json.get("post_processor")),
            DecoderJson.read(json.get("decoder")),
            new EncodeOptions(
                true, readTruncation(json.get("truncation")), readPadding(json.get("padding"))));
    Tokenizer tokenizer = json.located(() -> new Tokenizer(pipeline));
    addedTokens.forEach(token -> warnOfOtherId(token, tokenizer));
    return tokenizer;
  }

  static AddedToken readAddedToken(Json json) {
    return new AddedToken(
        json.require("content").string(),
        json.require("single_word").bool(),
        json.require("lstrip").bool(),
        json.require("rstrip").bool(),
        json.require("normalized").bool(),
        json.require("special").bool());
  }

  /** The order of the added tokens decides their ids, not what the file says of them. */
  private static void warnOfOtherId(Json json, Tokenizer tokenizer) {
    int said = json.require("id").integer();
    String content = json.require("content").string();
    int given = tokenizer.tokenToId(content);
    if (given != said) {
      LOG.log(
          System.Logger.Level.WARNING,
          "added token \"{0}\": the file says id {1}, but by its place it has id {2}",
          content,
          String.valueOf(said),
          String.valueOf(given));
    }
  }

  private static Truncation readTruncation(Json json) {
    if (json.isNull()) {
      return null;
    }
    Json strategy = json.require("strategy");
    return json.located(
        () ->
            new Truncation(
                json.require("max_length").integer(),
                switch (strategy.string()) {
                  case "LongestFirst" -> Truncation.Strategy.LONGEST_FIRST;
                  case "OnlyFirst" -> Truncation.Strategy.ONLY_FIRST;
                  case "OnlySecond" -> Truncation.Strategy.ONLY_SECOND;
                  default -> throw strategy.error("unknown strategy");
                },
                json.require("stride").integer(),
                json.get("direction").isNull() ? Side.RIGHT : readSide(json.get("direction"))));
  }

  private static Padding readPadding(Json json) {
    if (json.isNull()) {
      return null;
    }
    Json strategy = json.require("strategy"); // "BatchLongest" or {"Fixed": n}
    boolean longest = strategy.isString();
    if (longest && !strategy.string().equals("BatchLongest")) {
      throw strategy.error("unknown strategy \"%s\"".formatted(strategy.string()));
    }
    return json.located(
        () ->
            new Padding(
                longest ? Padding.LONGEST : readLength(strategy.require("Fixed")),
                json.get("pad_to_multiple_of").integer(0),
                readSide(json.require("direction")),
                json.require("pad_id").integer(),
                json.require("pad_type_id").integer(),
                json.require("pad_token").string()));
  }

  private static int readLength(Json json) {
    if (json.integer() < 0) {
      throw json.error("a length must not be negative");
    }
    return json.integer();
  }

  private static Side readSide(Json json) {
    return switch (json.string()) {
      case "Left" -> Side.LEFT;
      case "Right" -> Side.RIGHT;
      default -> throw json.error("\"%s\" is neither Left nor Right".formatted(json.string()));
    };
  }
}
