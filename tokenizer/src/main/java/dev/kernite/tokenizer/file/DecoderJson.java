package dev.kernite.tokenizer.file;

import static dev.kernite.tokenizer.file.JsonFile.object;

import dev.kernite.tokenizer.TokenizerException;
import dev.kernite.tokenizer.decoder.BpeDecoder;
import dev.kernite.tokenizer.decoder.ByteFallbackDecoder;
import dev.kernite.tokenizer.decoder.ByteLevelDecoder;
import dev.kernite.tokenizer.decoder.CtcDecoder;
import dev.kernite.tokenizer.decoder.Decoder;
import dev.kernite.tokenizer.decoder.DecoderSequence;
import dev.kernite.tokenizer.decoder.FuseDecoder;
import dev.kernite.tokenizer.decoder.MetaspaceDecoder;
import dev.kernite.tokenizer.decoder.ReplaceDecoder;
import dev.kernite.tokenizer.decoder.SentencePieceDecoder;
import dev.kernite.tokenizer.decoder.StripDecoder;
import dev.kernite.tokenizer.decoder.WordPieceDecoder;

/** Decoders in a {@code tokenizer.json}. */
final class DecoderJson {
  private DecoderJson() {}

  /** Reads a decoder; null where there is none. */
  static Decoder read(Json json) {
    if (json.isNull()) {
      return null;
    }
    String type = json.require("type").string();
    return switch (type) {
      case "ByteLevel" -> new ByteLevelDecoder();
      case "BPEDecoder" -> new BpeDecoder(json.require("suffix").string());
      case "ByteFallback" -> new ByteFallbackDecoder();
      case "WordPiece" ->
          new WordPieceDecoder(json.require("prefix").string(), json.require("cleanup").bool());
      case "CTC" ->
          new CtcDecoder(
              json.require("pad_token").string(),
              json.require("word_delimiter_token").string(),
              json.require("cleanup").bool());
      case "Fuse" -> new FuseDecoder();
      case "Replace" -> new ReplaceDecoder(NormalizerJson.readReplace(json));
      case "Strip" ->
          new StripDecoder(
              json.require("content").codePoint(),
              json.require("start").integer(),
              json.require("stop").integer());
      case "Metaspace" -> new MetaspaceDecoder(PreTokenizerJson.readMetaspace(json));
      case "Sequence" ->
          new DecoderSequence(
              json.require("decoders").elements().stream()
                  .map(element -> readElement(element))
                  .toList());
      default -> throw json.error("the decoder \"%s\" is not supported".formatted(type));
    };
  }

  private static Decoder readElement(Json json) {
    if (json.isNull()) {
      throw json.error("a decoder is missing");
    }
    return read(json);
  }

  static Object tree(Decoder decoder) {
    return switch (decoder) {
      case null -> null;
      case ByteLevelDecoder _ -> PreTokenizerJson.byteLevel(true, true, true);
      case BpeDecoder d -> object("type", "BPEDecoder", "suffix", d.suffix());
      case ByteFallbackDecoder _ -> object("type", "ByteFallback");
      case WordPieceDecoder d ->
          object("type", "WordPiece", "prefix", d.prefix(), "cleanup", d.cleanup());
      case CtcDecoder d ->
          object(
              "type",
              "CTC",
              "pad_token",
              d.padToken(),
              "word_delimiter_token",
              d.wordDelimiterToken(),
              "cleanup",
              d.cleanup());
      case SentencePieceDecoder _ ->
          throw new TokenizerException(
              "a tokenizer.json has no name for the decoder of a SentencePiece model");
      case FuseDecoder _ -> object("type", "Fuse");
      case ReplaceDecoder d -> NormalizerJson.replace(d.replace());
      case StripDecoder d ->
          object(
              "type",
              "Strip",
              "content",
              Character.toString(d.codePoint()),
              "start",
              d.start(),
              "stop",
              d.stop());
      case MetaspaceDecoder d -> PreTokenizerJson.metaspace(d.metaspace());
      case DecoderSequence d ->
          object(
              "type",
              "Sequence",
              "decoders",
              d.decoders().stream().map(DecoderJson::tree).toList());
    };
  }
}
