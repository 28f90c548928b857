package dev.kernite.tokenizer.file;

import static dev.kernite.tokenizer.file.JsonFile.object;

import dev.kernite.tokenizer.processor.BertProcessing;
import dev.kernite.tokenizer.processor.ByteLevelProcessor;
import dev.kernite.tokenizer.processor.PostProcessor;
import dev.kernite.tokenizer.processor.ProcessorSequence;
import dev.kernite.tokenizer.processor.RobertaProcessing;
import dev.kernite.tokenizer.processor.SpecialToken;
import dev.kernite.tokenizer.processor.TemplateProcessing;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Post-processors in a {@code tokenizer.json}. */
final class PostProcessorJson {
  private PostProcessorJson() {}

  /** Reads a post-processor; null where there is none. */
  static PostProcessor read(Json json) {
    if (json.isNull()) {
      return null;
    }
    String type = json.require("type").string();
    return switch (type) {
      case "ByteLevel" ->
          new ByteLevelProcessor(
              json.require("add_prefix_space").bool(),
              json.require("trim_offsets").bool(),
              json.get("use_regex").bool(true));
      case "RobertaProcessing" ->
          new RobertaProcessing(
              readToken(json.require("sep")),
              readToken(json.require("cls")),
              json.require("trim_offsets").bool(),
              json.require("add_prefix_space").bool());
      case "BertProcessing" ->
          new BertProcessing(readToken(json.require("sep")), readToken(json.require("cls")));
      case "TemplateProcessing" -> readTemplate(json);
      case "Sequence" ->
          new ProcessorSequence(
              json.require("processors").elements().stream()
                  .map(element -> readElement(element))
                  .toList());
      default -> throw json.error("the post-processor \"%s\" is not supported".formatted(type));
    };
  }

  private static PostProcessor readElement(Json json) {
    if (json.isNull()) {
      throw json.error("a post-processor is missing");
    }
    return read(json);
  }

  /** Reads {@code ["</s>", 2]}. */
  private static SpecialToken readToken(Json json) {
    List<Json> pair = json.elements();
    if (pair.size() != 2) {
      throw json.error("expected a token and its id");
    }
    return new SpecialToken(pair.get(0).string(), readId(pair.get(1)));
  }

  private static TemplateProcessing readTemplate(Json json) {
    Map<String, TemplateProcessing.Special> specials = new HashMap<>();
    json.require("special_tokens")
        .members()
        .forEach(
            (name, special) ->
                specials.put(
                    name,
                    special.located(
                        () ->
                            new TemplateProcessing.Special(
                                special.require("ids").elements().stream()
                                    .map(id -> readId(id))
                                    .toList(),
                                special.require("tokens").elements().stream()
                                    .map(Json::string)
                                    .toList()))));
    return json.located(
        () ->
            new TemplateProcessing(
                readPieces(json.require("single")), readPieces(json.require("pair")), specials));
  }

  private static int readId(Json json) {
    if (json.integer() < 0) {
      throw json.error("the id %d is negative".formatted(json.integer()));
    }
    return json.integer();
  }

  private static List<TemplateProcessing.Piece> readPieces(Json json) {
    return json.elements().stream().map(piece -> readPiece(piece)).toList();
  }

  private static TemplateProcessing.Piece readPiece(Json json) {
    Json named = json.get("SpecialToken");
    if (!named.isNull()) {
      return new TemplateProcessing.Named(
          named.require("id").string(), named.require("type_id").integer());
    }
    Json sequence = json.require("Sequence");
    int which =
        switch (sequence.require("id").string()) {
          case "A" -> 0;
          case "B" -> 1;
          default -> throw sequence.error("the id of a sequence is A or B");
        };
    return new TemplateProcessing.Sequence(which, sequence.require("type_id").integer());
  }

  static Object tree(PostProcessor processor) {
    return switch (processor) {
      case null -> null;
      case ByteLevelProcessor p ->
          PreTokenizerJson.byteLevel(p.addPrefixSpace(), p.trimOffsets(), p.useRegex());
      case RobertaProcessing p ->
          object(
              "type",
              "RobertaProcessing",
              "sep",
              token(p.sep()),
              "cls",
              token(p.cls()),
              "trim_offsets",
              p.trimOffsets(),
              "add_prefix_space",
              p.addPrefixSpace());
      case BertProcessing p ->
          object("type", "BertProcessing", "sep", token(p.sep()), "cls", token(p.cls()));
      case TemplateProcessing p -> template(p);
      case ProcessorSequence p ->
          object(
              "type",
              "Sequence",
              "processors",
              p.processors().stream().map(PostProcessorJson::tree).toList());
    };
  }

  private static Object token(SpecialToken token) {
    return List.of(token.token(), token.id());
  }

  private static Object template(TemplateProcessing p) {
    Map<String, Object> specials = new TreeMap<>();
    p.specialTokens()
        .forEach(
            (name, special) ->
                specials.put(
                    name, object("id", name, "ids", special.ids(), "tokens", special.tokens())));
    return object(
        "type",
        "TemplateProcessing",
        "single",
        p.single().stream().map(PostProcessorJson::piece).toList(),
        "pair",
        p.pair().stream().map(PostProcessorJson::piece).toList(),
        "special_tokens",
        specials);
  }

  private static Object piece(TemplateProcessing.Piece piece) {
    return switch (piece) {
      case TemplateProcessing.Named p ->
          object("SpecialToken", object("id", p.name(), "type_id", p.typeId()));
      case TemplateProcessing.Sequence p ->
          object("Sequence", object("id", p.sequence() == 0 ? "A" : "B", "type_id", p.typeId()));
    };
  }
}
