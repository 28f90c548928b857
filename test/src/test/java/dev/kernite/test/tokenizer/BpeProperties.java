package dev.kernite.test.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kernite.tokenizer.model.Bpe;
import dev.kernite.tokenizer.model.BpeOptions;
import dev.kernite.tokenizer.model.Merge;
import dev.kernite.tokenizer.model.ModelTokens;
import dev.kernite.tokenizer.model.Vocabulary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Byte-pair encoding against its definition, on random vocabularies and merges. */
class BpeProperties {
  private static final String LETTERS = "abcé漢";

  @Property(tries = 600)
  void mergesAsTheDefinitionSays(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 60) int mergeCount,
      @ForAll @IntRange(min = 0, max = 300) int length) {
    Random random = new Random(seed);
    Map<String, Integer> ids = new LinkedHashMap<>();
    LETTERS.chars().forEach(c -> ids.put(Character.toString(c), ids.size()));
    List<Merge> merges = randomMerges(random, ids, mergeCount);
    StringBuilder word = new StringBuilder();
    int letters = 1 + random.nextInt(LETTERS.length());
    for (int i = 0; i < length; i++) {
      word.append(LETTERS.charAt(random.nextInt(letters)));
    }
    Bpe bpe = new Bpe(new Vocabulary(ids), merges, BpeOptions.NONE);
    for (int again = 0; again < 2; again++) { // the second time from the cache
      assertEquals(naive(word.toString(), merges), tokens(bpe, word.toString()));
    }
  }

  /** Random pairs of known tokens; their concatenations are tokens too, some made in two ways. */
  private static List<Merge> randomMerges(Random random, Map<String, Integer> ids, int count) {
    List<String> tokens = new ArrayList<>(ids.keySet());
    Map<Merge, Integer> merges = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      String left = tokens.get(random.nextInt(tokens.size()));
      String right = tokens.get(random.nextInt(tokens.size()));
      if (left.length() + right.length() < 20) {
        merges.putIfAbsent(new Merge(left, right), i);
        if (ids.putIfAbsent(left + right, ids.size()) == null) {
          tokens.add(left + right);
        }
      }
    }
    return List.copyOf(merges.keySet());
  }

  /** The definition: the neighbours of the lowest rank join, the leftmost first. */
  private static List<String> naive(String word, List<Merge> merges) {
    List<String> symbols = new ArrayList<>();
    word.codePoints().forEach(c -> symbols.add(Character.toString(c)));
    while (true) {
      int best = -1;
      int bestRank = Integer.MAX_VALUE;
      for (int i = 0; i + 1 < symbols.size(); i++) {
        int rank = merges.indexOf(new Merge(symbols.get(i), symbols.get(i + 1)));
        if (rank >= 0 && rank < bestRank) {
          best = i;
          bestRank = rank;
        }
      }
      if (best < 0) {
        return symbols;
      }
      symbols.set(best, symbols.get(best) + symbols.remove(best + 1));
    }
  }

  /** The tokens of a word; their byte lengths must be those of the tokens. */
  private static List<String> tokens(Bpe bpe, String word) {
    int[] text = word.codePoints().toArray();
    ModelTokens out = new ModelTokens();
    bpe.tokenize(text, 0, text.length, out);
    List<String> tokens = new ArrayList<>();
    for (int i = 0; i < out.size(); i++) {
      String token = bpe.vocabulary().token(out.id(i));
      tokens.add(token);
      assertEquals(
          token.getBytes(java.nio.charset.StandardCharsets.UTF_8).length, out.byteLength(i));
    }
    return tokens;
  }
}
