package dev.kernite.tokenizer.file;

import static dev.kernite.tokenizer.file.JsonFile.object;

import dev.kernite.tokenizer.TokenizerException;
import dev.kernite.tokenizer.model.Bpe;
import dev.kernite.tokenizer.model.BpeOptions;
import dev.kernite.tokenizer.model.Merge;
import dev.kernite.tokenizer.model.Model;
import dev.kernite.tokenizer.model.SentencePieceBpe;
import dev.kernite.tokenizer.model.Unigram;
import dev.kernite.tokenizer.model.Vocabulary;
import dev.kernite.tokenizer.model.WordLevel;
import dev.kernite.tokenizer.model.WordPiece;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Models in a {@code tokenizer.json}. */
final class ModelJson {
  private ModelJson() {}

  static Model read(Json json) {
    String type = json.get("type").string(guessedType(json));
    return switch (type) {
      case "BPE" -> readBpe(json);
      case "WordPiece" ->
          new WordPiece(
              readVocabulary(json),
              json.require("unk_token").string(),
              json.require("continuing_subword_prefix").string(),
              json.require("max_input_chars_per_word").natural());
      case "Unigram" -> readUnigram(json);
      case "WordLevel" -> new WordLevel(readVocabulary(json), json.require("unk_token").string());
      default -> throw json.error("the model \"%s\" is not supported".formatted(type));
    };
  }

  private static Vocabulary readVocabulary(Json json) {
    Json vocabulary = json.require("vocab");
    return vocabulary.located(() -> new Vocabulary(vocabulary.integers()));
  }

  /** The vocabulary is a list of pieces, each with its score. */
  private static Unigram readUnigram(Json json) {
    List<Json> vocabulary = json.require("vocab").elements();
    List<String> pieces = new ArrayList<>(vocabulary.size());
    double[] scores = new double[vocabulary.size()];
    for (int id = 0; id < scores.length; id++) {
      List<Json> piece = vocabulary.get(id).elements();
      if (piece.size() != 2) {
        throw vocabulary.get(id).error("a piece and its score are two, not " + piece.size());
      }
      pieces.add(piece.get(0).string());
      scores[id] = piece.get(1).number();
    }
    Json unknown = json.get("unk_id");
    int unkId = unknown.isNull() ? Vocabulary.NONE : unknown.natural();
    return json.located(
        () ->
            new Unigram(
                Vocabulary.inOrder(pieces), scores, unkId, json.get("byte_fallback").bool(false)));
  }

  private static Bpe readBpe(Json json) {
    Json dropout = json.get("dropout");
    if (!dropout.isNull() && dropout.number() != 0) {
      throw dropout.error("BPE dropout makes encodings random and is not supported; use null");
    }
    Vocabulary vocabulary = readVocabulary(json);
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
    if (!json.get("max_input_chars_per_word").isNull()) {
      return "WordPiece";
    }
    return json.get("unk_token").isNull() ? "Unigram" : "WordLevel";
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
      case Unigram m when m.isOfSentencePiece() -> throw ofSentencePiece();
      case SentencePieceBpe _ -> throw ofSentencePiece();
      case Unigram m ->
          object(
              "type",
              "Unigram",
              "unk_id",
              m.unkId() == Vocabulary.NONE ? null : m.unkId(),
              "vocab",
              IntStream.range(0, m.vocabulary().size())
                  .mapToObj(id -> List.of(m.vocabulary().token(id), m.score(id)))
                  .toList(),
              "byte_fallback",
              m.byteFallback());
      case WordPiece m ->
          object(
              "type",
              "WordPiece",
              "unk_token",
              m.unkToken(),
              "continuing_subword_prefix",
              m.continuingSubwordPrefix(),
              "max_input_chars_per_word",
              m.maxInputCharsPerWord(),
              "vocab",
              byId(m.vocabulary()));
      case WordLevel m ->
          object("type", "WordLevel", "vocab", byId(m.vocabulary()), "unk_token", m.unkToken());
    };
  }

  private static TokenizerException ofSentencePiece() {
    return new TokenizerException(
        "a tokenizer.json cannot say what a SentencePiece model does; copy the .model file instead");
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
