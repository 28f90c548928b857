package dev.kernite.test.tokenizer;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.kernite.tokenizer.Tokenizer;
import dev.kernite.tokenizer.TokenizerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import tools.jackson.databind.JsonNode;

/**
 * Random tokenizers of the WordPiece, WordLevel and Unigram kinds with random parts around them,
 * against the tokenizers library. Byte-level BPE is in {@link PartsReferenceTest}. The seed is
 * fixed because there are combinations on which the library aborts the process.
 */
class RandomTokenizerProperties {
  private static final String SEED = "2026";

  private static final String LETTERS = "aabbcdeéx1.▁ AÉ中";

  private static final JsonNode RULES =
      Fixtures.JSON.readTree(file("unigram/tokenizer.json")).get("normalizer");

  private static String file(String name) {
    try {
      return Files.readString(Fixtures.folder(name));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** A tokenizer, and texts for it. */
  record Case(Map<String, Object> tokenizer, List<String> texts) {}

  @Provide
  Arbitrary<Case> cases() {
    return Arbitraries.randomValue(
        random ->
            new Case(
                tokenizer(random),
                java.util.stream.Stream.generate(() -> text(random)).limit(12).toList()));
  }

  @Property(tries = 500, seed = SEED)
  void agreesWithTheLibrary(@ForAll("cases") Case some) throws IOException {
    check(some);
  }

  @Tag("slow")
  @Property(tries = 20_000, seed = SEED)
  void manyAgreeWithTheLibrary(@ForAll("cases") Case some) throws IOException {
    check(some);
  }

  private static void check(Case some) throws IOException {
    Path json = Files.createTempFile("kernite", "tokenizer.json");
    Files.writeString(json, Fixtures.JSON.writeValueAsString(some.tokenizer));
    HfLibrary both = HfLibrary.open(json);
    try {
      for (String text : some.texts) {
        if (both.canEncode(text)) {
          both.check(text);
        } else {
          Tokenizer ours = Tokenizer.load(json);
          assertThrows(TokenizerException.class, () -> ours.encode(text));
        }
      }
    } finally {
      both.close();
      Files.delete(json);
    }
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int n = random.nextInt(16); n > 0; n--) {
      switch (random.nextInt(12)) {
        case 0 -> text.append(Texts.awkward(random));
        case 1 -> text.append("<x>");
        case 2 -> text.append(' ');
        default -> text.append(letter(random));
      }
    }
    return text.toString();
  }

  private static char letter(Random random) {
    return LETTERS.charAt(random.nextInt(LETTERS.length()));
  }

  private static String word(Random random) {
    StringBuilder word = new StringBuilder();
    for (int n = 1 + random.nextInt(3); n > 0; n--) {
      word.append(letter(random));
    }
    return word.toString();
  }

  @SafeVarargs
  private static <T> T one(Random random, T... choices) {
    return choices[random.nextInt(choices.length)];
  }

  private static Map<String, Object> object(Object... keysAndValues) {
    Map<String, Object> members = new TreeMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      members.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return members;
  }

  private static Map<String, Object> type(String type) {
    return object("type", type);
  }

  private static Map<String, Object> tokenizer(Random random) {
    Map<String, Object> model = model(random);
    Object vocabulary = model.get("vocab");
    int size = vocabulary instanceof Map<?, ?> map ? map.size() : ((List<?>) vocabulary).size();
    boolean hasUnk = !(vocabulary instanceof Map<?, ?> map) || map.containsKey("<unk>");
    List<Object> added =
        List.of(
            added("<unk>", hasUnk ? 0 : size, random),
            added("<x>", hasUnk ? size : size + 1, random));
    return object(
        "version",
        "1.0",
        "truncation",
        null,
        "padding",
        null,
        "added_tokens",
        random.nextBoolean() ? List.of() : added,
        "normalizer",
        random.nextInt(4) == 0 ? null : normalizer(random, 2),
        "pre_tokenizer",
        random.nextInt(5) == 0 ? null : preTokenizer(random, 2),
        "post_processor",
        null,
        "decoder",
        random.nextInt(4) == 0 ? null : decoder(random, 2),
        "model",
        model);
  }

  private static Map<String, Object> added(String content, int id, Random random) {
    return object(
        "id",
        id,
        "content",
        content,
        "single_word",
        random.nextInt(4) == 0,
        "lstrip",
        random.nextInt(4) == 0,
        "rstrip",
        random.nextInt(4) == 0,
        "normalized",
        random.nextInt(3) == 0,
        "special",
        random.nextBoolean());
  }

  private static Map<String, Object> model(Random random) {
    TreeSet<String> words = new TreeSet<>();
    for (int n = 5 + random.nextInt(40); n > 0; n--) {
      words.add(word(random));
    }
    return switch (random.nextInt(5)) {
      case 0 -> wordLevel(random, words);
      case 1, 2 -> wordPiece(random, words);
      default -> unigram(random, words);
    };
  }

  private static Map<String, Integer> ids(Random random, Iterable<String> words) {
    Map<String, Integer> ids = new TreeMap<>();
    if (random.nextInt(8) > 0) {
      ids.put("<unk>", 0);
    }
    words.forEach(word -> ids.put(word, ids.size()));
    return ids;
  }

  private static Map<String, Object> wordLevel(Random random, TreeSet<String> words) {
    return object("type", "WordLevel", "unk_token", "<unk>", "vocab", ids(random, words));
  }

  private static Map<String, Object> wordPiece(Random random, TreeSet<String> words) {
    String prefix = one(random, "##", "##", "", "▁");
    TreeSet<String> all = new TreeSet<>(words);
    words.forEach(word -> all.add(random.nextBoolean() ? word : prefix + word));
    return object(
        "type",
        "WordPiece",
        "unk_token",
        "<unk>",
        "continuing_subword_prefix",
        prefix,
        "max_input_chars_per_word",
        one(random, 100, 100, 5, 3),
        "vocab",
        ids(random, all));
  }

  private static Map<String, Object> unigram(Random random, TreeSet<String> words) {
    List<List<Object>> pieces = new java.util.ArrayList<>();
    pieces.add(List.of("<unk>", 0.0));
    // Few different scores, so that there are ties; ours must fall the same way.
    words.forEach(word -> pieces.add(List.of(word, -one(random, 1.0, 2.5, 3.0, 0.1, 7.25))));
    boolean bytes = random.nextInt(3) == 0;
    for (int b = 0; b < 256 && bytes; b++) {
      pieces.add(List.of("<0x%02X>".formatted(b), -20.0));
    }
    return object(
        "type",
        "Unigram",
        "unk_id",
        random.nextInt(8) == 0 ? null : 0,
        "vocab",
        pieces,
        "byte_fallback",
        bytes);
  }

  private static Object normalizer(Random random, int depth) {
    return switch (random.nextInt(depth > 0 ? 12 : 10)) {
      case 0, 1 ->
          object(
              "type",
              "BertNormalizer",
              "clean_text",
              random.nextBoolean(),
              "handle_chinese_chars",
              random.nextBoolean(),
              "strip_accents",
              one(random, null, true, false),
              "lowercase",
              random.nextBoolean());
      case 2, 3 -> RULES;
      case 4 -> type(one(random, "NFC", "NFD", "NFKC", "NFKD"));
      case 5 -> type(one(random, "Lowercase", "StripAccents", "Nmt"));
      case 6 -> object("type", "Prepend", "prepend", "▁");
      case 7 -> object("type", "Strip", "strip_left", random.nextBoolean(), "strip_right", true);
      case 8 ->
          object(
              "type", "Replace", "pattern", object("String", " "), "content", one(random, "▁", ""));
      case 9 ->
          object(
              "type",
              "Replace",
              "pattern",
              object("Regex", " {2,}"),
              "content",
              one(random, "▁", " "));
      default ->
          object(
              "type",
              "Sequence",
              "normalizers",
              List.of(normalizer(random, depth - 1), normalizer(random, depth - 1)));
    };
  }

  private static Object preTokenizer(Random random, int depth) {
    return switch (random.nextInt(depth > 0 ? 10 : 8)) {
      case 0, 1 -> type("BertPreTokenizer");
      case 2 -> type(one(random, "Whitespace", "WhitespaceSplit", "UnicodeScripts"));
      case 3 ->
          object("type", "Punctuation", "behavior", one(random, "Isolated", "MergedWithPrevious"));
      case 4 -> object("type", "Digits", "individual_digits", random.nextBoolean());
      case 5 -> object("type", "CharDelimiterSplit", "delimiter", "b");
      case 6, 7 ->
          object(
              "type",
              "Metaspace",
              "replacement",
              "▁",
              "prepend_scheme",
              one(random, "always", "first", "never"),
              "split",
              random.nextBoolean());
      default ->
          object(
              "type",
              "Sequence",
              "pretokenizers",
              List.of(preTokenizer(random, depth - 1), preTokenizer(random, depth - 1)));
    };
  }

  private static Object decoder(Random random, int depth) {
    return switch (random.nextInt(depth > 0 ? 9 : 7)) {
      case 0, 1 -> object("type", "WordPiece", "prefix", "##", "cleanup", random.nextBoolean());
      case 2 ->
          object(
              "type",
              "CTC",
              "pad_token",
              "a",
              "word_delimiter_token",
              "b",
              "cleanup",
              random.nextBoolean());
      case 3 ->
          object(
              "type",
              "Metaspace",
              "replacement",
              "▁",
              "prepend_scheme",
              one(random, "always", "first", "never"),
              "split",
              true);
      case 4 -> type(one(random, "ByteFallback", "Fuse"));
      case 5 -> object("type", "Strip", "content", "a", "start", random.nextInt(2), "stop", 0);
      case 6 -> object("type", "Replace", "pattern", object("String", "▁"), "content", " ");
      default ->
          object(
              "type",
              "Sequence",
              "decoders",
              List.of(decoder(random, depth - 1), decoder(random, depth - 1)));
    };
  }
}
