package dev.kernite.test.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.tokenizer.Tokenizer;
import dev.kernite.tokenizer.TokenizerException;
import dev.kernite.tokenizer.WordPieceTrainer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Training against its definition, and what is trained against the tokenizers library. */
class WordPieceTrainerProperties {
  private static final List<String> SPECIAL = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");

  private static List<String> tokens(Tokenizer tokenizer) {
    return IntStream.range(0, tokenizer.vocabSize()).mapToObj(tokenizer::idToToken).toList();
  }

  private static String prose(Random random, int length, int letters) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append(random.nextInt(6) == 0 ? ' ' : (char) ('a' + random.nextInt(letters)));
    }
    return text.toString();
  }

  @Property(tries = 150)
  void learnsAsTheDefinitionSays(
      @ForAll long seed,
      @ForAll @IntRange(min = 0, max = 400) int length,
      @ForAll @IntRange(min = 1, max = 4) int letters,
      @ForAll @IntRange(min = 0, max = 60) int more,
      @ForAll @IntRange(min = 1, max = 4) int minFrequency) {
    String text = prose(new Random(seed), length, letters);
    int size = SPECIAL.size() + 8 + more;
    Tokenizer trained =
        WordPieceTrainer.ofSize(size).minFrequency(minFrequency).train(Stream.of(text));
    assertEquals(naive(text, size, minFrequency), tokens(trained));
  }

  /**
   * The definition on small letters: count all pairs anew, merge the most frequent, of those the
   * one with the smallest ids.
   */
  private static List<String> naive(String text, int size, int minFrequency) {
    Map<String, Integer> ids = new LinkedHashMap<>();
    SPECIAL.forEach(token -> ids.put(token, ids.size()));
    List<List<String>> words = new ArrayList<>();
    TreeSet<String> first = new TreeSet<>();
    TreeSet<String> later = new TreeSet<>();
    for (String word : text.split(" +")) {
      List<String> symbols = new ArrayList<>();
      for (char c : word.toCharArray()) {
        first.add("" + c);
        symbols.add(symbols.isEmpty() ? "" + c : "##" + c);
      }
      later.addAll(symbols.isEmpty() ? List.of() : symbols.subList(1, symbols.size()));
      words.add(symbols);
    }
    first.forEach(token -> ids.put(token, ids.size()));
    later.forEach(token -> ids.put(token, ids.size()));
    while (ids.size() < size) {
      Map<List<String>, Integer> counts = new HashMap<>();
      for (List<String> word : words) {
        for (int i = 0; i + 1 < word.size(); i++) {
          counts.merge(List.of(word.get(i), word.get(i + 1)), 1, Integer::sum);
        }
      }
      Comparator<Map.Entry<List<String>, Integer>> order =
          Comparator.comparing((Map.Entry<List<String>, Integer> e) -> -e.getValue())
              .thenComparing(e -> ids.get(e.getKey().get(0)))
              .thenComparing(e -> ids.get(e.getKey().get(1)));
      Map.Entry<List<String>, Integer> best = counts.entrySet().stream().min(order).orElse(null);
      if (best == null || best.getValue() < minFrequency) {
        break;
      }
      String left = best.getKey().get(0);
      String right = best.getKey().get(1);
      String whole = left + right.substring(2);
      ids.putIfAbsent(whole, ids.size());
      for (List<String> word : words) {
        for (int i = 0; i + 1 < word.size(); i++) {
          if (word.get(i).equals(left) && word.get(i + 1).equals(right)) {
            word.set(i, whole);
            word.remove(i + 1);
          }
        }
      }
    }
    return List.copyOf(ids.keySet());
  }

  @Example
  void whatIsTrainedIsOneForTheLibraryToo() {
    String text = "The cats' cat sat on the mat; café, CAFÉ 中文 and the unseen cats sat. ".repeat(3);
    Tokenizer trained = WordPieceTrainer.ofSize(120).train(Stream.of(text));
    HfLibrary both = HfLibrary.open(trained);
    for (String one : List.of(text, "", "Cats' mat [MASK] ü", "中 cafés")) {
      both.check(one);
      both.check(one, text);
    }
    both.close();
    assertEquals(List.of("[CLS]", "the", "cat", "[SEP]"), trained.encode("The CAT").tokens());
    assertEquals(SPECIAL, tokens(trained).subList(0, 5));
    assertArrayEquals(
        trained.encodeToIds(text, true),
        WordPieceTrainer.ofSize(120).train(Stream.of(text)).encodeToIds(text, true));
  }

  @Example
  void capitalsStayWhenAskedFor() {
    Tokenizer trained =
        WordPieceTrainer.ofSize(60).lowercase(false).train(Stream.of("Aa aA Éa ".repeat(5)));
    assertEquals(List.of("[CLS]", "Aa", "aA", "[SEP]"), trained.encode("Aa aA").tokens());
    assertTrue(trained.tokenToId("É") >= 0);
  }

  @Example
  void onlyTheMostFrequentCharactersAreKept() {
    WordPieceTrainer few =
        new WordPieceTrainer(60, 2, 2, true, WordPieceTrainer.ofSize(60).specialTokens());
    Tokenizer trained = few.train(Stream.of("ab ab ab x"));
    assertFalse(trained.tokenToId("x") >= 0);
    assertEquals("[[CLS], ab, [UNK], [SEP]]", trained.encode("ab x").tokens().toString());
  }

  @Example
  void whatCannotBeIsAnError() {
    assertThrows(
        TokenizerException.class,
        () -> WordPieceTrainer.ofSize(8).train(Stream.of("abcdefgh bcdefgh")));
    assertThrows(
        TokenizerException.class, () -> WordPieceTrainer.ofSize(100).specialTokens("[PAD]"));
  }
}
