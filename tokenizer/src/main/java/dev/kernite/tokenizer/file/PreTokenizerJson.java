package dev.kernite.tokenizer.file;

import static dev.kernite.tokenizer.file.JsonFile.object;

import dev.kernite.tokenizer.pretokenizer.BertPreTokenizer;
import dev.kernite.tokenizer.pretokenizer.ByteLevel;
import dev.kernite.tokenizer.pretokenizer.Delimiter;
import dev.kernite.tokenizer.pretokenizer.Digits;
import dev.kernite.tokenizer.pretokenizer.FixedLength;
import dev.kernite.tokenizer.pretokenizer.Metaspace;
import dev.kernite.tokenizer.pretokenizer.PreTokenizer;
import dev.kernite.tokenizer.pretokenizer.PreTokenizerSequence;
import dev.kernite.tokenizer.pretokenizer.Punctuation;
import dev.kernite.tokenizer.pretokenizer.Split;
import dev.kernite.tokenizer.pretokenizer.SplitBehavior;
import dev.kernite.tokenizer.pretokenizer.UnicodeScripts;
import dev.kernite.tokenizer.pretokenizer.Whitespace;
import dev.kernite.tokenizer.pretokenizer.WhitespaceSplit;
import java.util.Locale;

/** Pre-tokenizers in a {@code tokenizer.json}. */
final class PreTokenizerJson {
  private PreTokenizerJson() {}

  /** Reads a pre-tokenizer; null where there is none. */
  static PreTokenizer read(Json json) {
    if (json.isNull()) {
      return null;
    }
    String type = json.require("type").string();
    return switch (type) {
      case "ByteLevel" ->
          new ByteLevel(
              json.require("add_prefix_space").bool(),
              json.require("trim_offsets").bool(),
              json.get("use_regex").bool(true));
      case "Split" ->
          new Split(
              NormalizerJson.readPattern(json.require("pattern")),
              readBehavior(json.require("behavior")),
              json.require("invert").bool());
      case "BertPreTokenizer" -> new BertPreTokenizer();
      case "Whitespace" -> new Whitespace();
      case "WhitespaceSplit" -> new WhitespaceSplit();
      case "Punctuation" ->
          new Punctuation(
              json.get("behavior").isNull()
                  ? SplitBehavior.ISOLATED
                  : readBehavior(json.get("behavior")));
      case "Digits" -> new Digits(json.require("individual_digits").bool());
      case "Delimiter", "CharDelimiterSplit" ->
          new Delimiter(json.require("delimiter").codePoint());
      case "UnicodeScripts" -> new UnicodeScripts();
      case "FixedLength" -> json.located(() -> new FixedLength(json.get("length").integer(5)));
      case "Metaspace" -> readMetaspace(json);
      case "Sequence" ->
          new PreTokenizerSequence(
              json.require("pretokenizers").elements().stream()
                  .map(element -> readElement(element))
                  .toList());
      default -> throw json.error("the pre-tokenizer \"%s\" is not supported".formatted(type));
    };
  }

  private static PreTokenizer readElement(Json json) {
    if (json.isNull()) {
      throw json.error("a pre-tokenizer is missing");
    }
    return read(json);
  }

  private static SplitBehavior readBehavior(Json json) {
    for (SplitBehavior behavior : SplitBehavior.values()) {
      if (behavior.json().equals(json.string())) {
        return behavior;
      }
    }
    throw json.error("unknown behavior \"%s\"".formatted(json.string()));
  }

  /** Older files say {@code add_prefix_space} where newer ones say {@code prepend_scheme}. */
  static Metaspace readMetaspace(Json json) {
    boolean prefix = json.get("add_prefix_space").bool(true);
    Json scheme = json.get("prepend_scheme");
    Metaspace.Prepend prepend =
        switch (scheme.string(prefix ? "always" : "never")) {
          case "always" -> Metaspace.Prepend.ALWAYS;
          case "first" -> Metaspace.Prepend.FIRST;
          case "never" -> Metaspace.Prepend.NEVER;
          default -> throw scheme.error("unknown scheme \"%s\"".formatted(scheme.string()));
        };
    if (!prefix && prepend != Metaspace.Prepend.NEVER) {
      throw json.error("add_prefix_space and prepend_scheme contradict each other");
    }
    return new Metaspace(
        json.require("replacement").codePoint(), prepend, json.get("split").bool(true));
  }

  static Object metaspace(Metaspace p) {
    return object(
        "type",
        "Metaspace",
        "replacement",
        Character.toString(p.replacement()),
        "prepend_scheme",
        p.prepend().name().toLowerCase(Locale.ROOT),
        "split",
        p.split());
  }

  static Object byteLevel(boolean addPrefixSpace, boolean trimOffsets, boolean useRegex) {
    return object(
        "type",
        "ByteLevel",
        "add_prefix_space",
        addPrefixSpace,
        "trim_offsets",
        trimOffsets,
        "use_regex",
        useRegex);
  }

  static Object tree(PreTokenizer preTokenizer) {
    return switch (preTokenizer) {
      case null -> null;
      case ByteLevel p -> byteLevel(p.addPrefixSpace(), p.trimOffsets(), p.useRegex());
      case Split p ->
          object(
              "type",
              "Split",
              "pattern",
              NormalizerJson.pattern(p.pattern()),
              "behavior",
              p.behavior().json(),
              "invert",
              p.invert());
      case BertPreTokenizer _ -> object("type", "BertPreTokenizer");
      case Whitespace _ -> object("type", "Whitespace");
      case WhitespaceSplit _ -> object("type", "WhitespaceSplit");
      case Punctuation p -> object("type", "Punctuation", "behavior", p.behavior().json());
      case Digits p -> object("type", "Digits", "individual_digits", p.individual());
      case Delimiter p ->
          object("type", "CharDelimiterSplit", "delimiter", Character.toString(p.codePoint()));
      case UnicodeScripts _ -> object("type", "UnicodeScripts");
      case FixedLength p -> object("type", "FixedLength", "length", p.length());
      case Metaspace p -> metaspace(p);
      case PreTokenizerSequence p ->
          object(
              "type",
              "Sequence",
              "pretokenizers",
              p.preTokenizers().stream().map(PreTokenizerJson::tree).toList());
    };
  }
}
