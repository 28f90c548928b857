package dev.kernite.tokenizer.file;

import static dev.kernite.tokenizer.file.JsonFile.object;

import dev.kernite.tokenizer.model.Bpe;
import dev.kernite.tokenizer.model.BpeOptions;
import dev.kernite.tokenizer.model.Merge;
import dev.kernite.tokenizer.model.Model;
import dev.kernite.tokenizer.model.Vocabulary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Models in a {@code tokenizer.json}. */
final class ModelJson {
  private ModelJson() {}

  static Model read(Json json) {
    String type = json.get("type").string(guessedType(json));
    if (!type.equals("BPE")) {
      throw json.error("the model \"%s\" is not supported".formatted(type));
    }
    Json dropout = json.get("dropout");
    if (!dropout.isNull() && dropout.number() != 0) {
      throw dropout.error("BPE dropout makes encodings random and is not supported; use null");
    }
    Json vocabularyJson = json.require("vocab");
    Vocabulary vocabulary = vocabularyJson.located(() -> new Vocabulary(vocabularyJson.integers()));
    List<Merge> merges = new ArrayList<>();
    Json mergesJson = json.require("merges");
    for (Json merge : mergesJson.elements()) {
      if (!merge.isString() || !merge.string().startsWith("#version")) {
        merges.add(readMerge(merge));
      }
    }
    BpeOptions options =
        new BpeOptions(
            json.get("unk_token").string(null),
            json.get("continuing_subword_prefix").string(""),
            json.get("end_of_word_suffix").string(""),
            json.get("fuse_unk").bool(false),
            json.get("byte_fallback").bool(false),
            json.get("ignore_merges").bool(false));
    return mergesJson.located(() -> new Bpe(vocabulary, merges, options));
  }

  /** Files of before 2022 do not say the type. */
  private static String guessedType(Json json) {
    if (!json.get("merges").isNull()) {
      return "BPE";
    }
    return json.get("max_input_chars_per_word").isNull() ? "Unigram or WordLevel" : "WordPiece";
  }

  /** Reads {@code "left right"} or {@code ["left", "right"]}. */
  private static Merge readMerge(Json json) {
    if (json.isString()) {
      String merge = json.string();
      int space = merge.indexOf(' ');
      if (space < 0 || merge.indexOf(' ', space + 1) >= 0) {
        throw json.error("\"%s\" is not two tokens with a space between".formatted(merge));
      }
      return new Merge(merge.substring(0, space), merge.substring(space + 1));
    }
    List<Json> pair = json.elements();
    if (pair.size() != 2) {
      throw json.error("a merge is two tokens, not %d".formatted(pair.size()));
    }
    return new Merge(pair.get(0).string(), pair.get(1).string());
  }

  static Object tree(Model model) {
    return switch (model) {
      case Bpe bpe -> {
        BpeOptions options = bpe.options();
        yield object(
            "type",
            "BPE",
            "dropout",
            null,
            "unk_token",
            options.unkToken(),
            "continuing_subword_prefix",
            nullIfEmpty(options.continuingSubwordPrefix()),
            "end_of_word_suffix",
            nullIfEmpty(options.endOfWordSuffix()),
            "fuse_unk",
            options.fuseUnk(),
            "byte_fallback",
            options.byteFallback(),
            "ignore_merges",
            options.ignoreMerges(),
            "vocab",
            byId(bpe.vocabulary()),
            "merges",
            bpe.merges().stream().map(m -> List.of(m.left(), m.right())).toList());
      }
    };
  }

  private static String nullIfEmpty(String s) {
    return s.isEmpty() ? null : s;
  }

  private static Map<String, Integer> byId(Vocabulary vocabulary) {
    Map<String, Integer> sorted = new LinkedHashMap<>();
    vocabulary.ids().entrySet().stream()
        .sorted(Map.Entry.comparingByValue())
        .forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
    return sorted;
  }
}
