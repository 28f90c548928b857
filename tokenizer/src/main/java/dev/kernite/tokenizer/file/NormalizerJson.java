package dev.kernite.tokenizer.file;

import static dev.kernite.tokenizer.file.JsonFile.object;

import dev.kernite.tokenizer.TokenizerException;
import dev.kernite.tokenizer.normalizer.BertNormalizer;
import dev.kernite.tokenizer.normalizer.ByteLevelNormalizer;
import dev.kernite.tokenizer.normalizer.Lowercase;
import dev.kernite.tokenizer.normalizer.Nmt;
import dev.kernite.tokenizer.normalizer.Normalizer;
import dev.kernite.tokenizer.normalizer.NormalizerSequence;
import dev.kernite.tokenizer.normalizer.Precompiled;
import dev.kernite.tokenizer.normalizer.Prepend;
import dev.kernite.tokenizer.normalizer.Replace;
import dev.kernite.tokenizer.normalizer.SentencePieceNormalizer;
import dev.kernite.tokenizer.normalizer.Strip;
import dev.kernite.tokenizer.normalizer.StripAccents;
import dev.kernite.tokenizer.normalizer.UnicodeNormalizer;
import dev.kernite.tokenizer.text.CharsMap;
import dev.kernite.tokenizer.text.SearchPattern;
import dev.kernite.tokenizer.text.UnicodeForm;
import java.util.Base64;

/** Normalizers in a {@code tokenizer.json}. */
final class NormalizerJson {
  private NormalizerJson() {}

  /** Reads a normalizer; null where there is none. */
  static Normalizer read(Json json) {
    if (json.isNull()) {
      return null;
    }
    String type = json.require("type").string();
    return switch (type) {
      case "NFC", "NFD", "NFKC", "NFKD" -> new UnicodeNormalizer(UnicodeForm.valueOf(type));
      case "Lowercase" -> new Lowercase();
      case "BertNormalizer" ->
          new BertNormalizer(
              json.require("clean_text").bool(),
              json.require("handle_chinese_chars").bool(),
              json.get("strip_accents").isNull() ? null : json.get("strip_accents").bool(),
              json.require("lowercase").bool());
      case "Strip" ->
          new Strip(json.require("strip_left").bool(), json.require("strip_right").bool());
      case "StripAccents" -> new StripAccents();
      case "Nmt" -> new Nmt();
      case "Prepend" -> new Prepend(json.require("prepend").string());
      case "Precompiled" -> readPrecompiled(json.require("precompiled_charsmap"));
      case "Replace" -> readReplace(json);
      case "ByteLevel" -> new ByteLevelNormalizer();
      case "Sequence" ->
          new NormalizerSequence(
              json.require("normalizers").elements().stream()
                  .map(element -> readElement(element))
                  .toList());
      default -> throw json.error("the normalizer \"%s\" is not supported".formatted(type));
    };
  }

  private static Normalizer readPrecompiled(Json base64) {
    byte[] rules;
    try {
      rules = Base64.getDecoder().decode(base64.string());
    } catch (IllegalArgumentException e) {
      throw base64.error("is not base64: " + e.getMessage());
    }
    return base64.located(() -> new Precompiled(new CharsMap(rules)));
  }

  private static Normalizer readElement(Json json) {
    if (json.isNull()) {
      throw json.error("a normalizer is missing");
    }
    return read(json);
  }

  static Replace readReplace(Json json) {
    return new Replace(readPattern(json.require("pattern")), json.require("content").string());
  }

  /** Reads {@code {"String": s}} or {@code {"Regex": r}}. */
  static SearchPattern readPattern(Json json) {
    return json.get("String").isNull()
        ? json.located(() -> SearchPattern.regex(json.require("Regex").string()))
        : SearchPattern.literal(json.get("String").string());
  }

  static Object pattern(SearchPattern pattern) {
    return object(pattern.isRegex() ? "Regex" : "String", pattern.source());
  }

  static Object replace(Replace replace) {
    return object(
        "type", "Replace", "pattern", pattern(replace.pattern()), "content", replace.content());
  }

  static Object tree(Normalizer normalizer) {
    return switch (normalizer) {
      case null -> null;
      case UnicodeNormalizer n -> object("type", n.form().name());
      case BertNormalizer n ->
          object(
              "type",
              "BertNormalizer",
              "clean_text",
              n.cleanText(),
              "handle_chinese_chars",
              n.handleChineseChars(),
              "strip_accents",
              n.stripAccents(),
              "lowercase",
              n.lowercase());
      case Lowercase _ -> object("type", "Lowercase");
      case Strip n -> object("type", "Strip", "strip_left", n.left(), "strip_right", n.right());
      case StripAccents _ -> object("type", "StripAccents");
      case Nmt _ -> object("type", "Nmt");
      case Prepend n -> object("type", "Prepend", "prepend", n.content());
      case Replace n -> replace(n);
      case Precompiled n ->
          object(
              "type",
              "Precompiled",
              "precompiled_charsmap",
              Base64.getEncoder().encodeToString(n.rules().source()));
      case SentencePieceNormalizer _ ->
          throw new TokenizerException(
              "a tokenizer.json has no name for the normalizer of a SentencePiece model");
      case ByteLevelNormalizer _ -> object("type", "ByteLevel");
      case NormalizerSequence n ->
          object(
              "type",
              "Sequence",
              "normalizers",
              n.normalizers().stream().map(NormalizerJson::tree).toList());
    };
  }
}
