package dev.kernite.tokenizer.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.tokenizer.model.Vocabulary;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The lattice and the seeds of Unigram training against all cuts and all substrings, by hand. */
class PieceLatticeProperties {
  private static String word(Random random, int longest) {
    StringBuilder word = new StringBuilder();
    for (int n = 1 + random.nextInt(longest); n > 0; n--) {
      word.append((char) ('a' + random.nextInt(3)));
    }
    return word.toString();
  }

  private static List<String> pieces(Random random) {
    TreeSet<String> pieces = new TreeSet<>(List.of("a", "b", "c"));
    for (int n = random.nextInt(12); n > 0; n--) {
      pieces.add(word(random, 4));
    }
    return List.copyOf(pieces);
  }

  /** All ways to cut {@code word}, as pieces. */
  private static List<List<Integer>> cuts(String word, List<String> pieces) {
    if (word.isEmpty()) {
      return List.of(List.of());
    }
    List<List<Integer>> cuts = new ArrayList<>();
    for (int id = 0; id < pieces.size(); id++) {
      if (word.startsWith(pieces.get(id))) {
        for (List<Integer> rest : cuts(word.substring(pieces.get(id).length()), pieces)) {
          List<Integer> cut = new ArrayList<>(List.of(id));
          cut.addAll(rest);
          cuts.add(cut);
        }
      }
    }
    return cuts;
  }

  @Property(tries = 300)
  void expectationsAndBestCutAreThoseOfAllCuts(@ForAll long seed) {
    Random random = new Random(seed);
    List<String> pieces = pieces(random);
    double[] scores = random.doubles(pieces.size(), -6, -0.5).toArray();
    String word = word(random, 8);
    double[] expected = new double[pieces.size()];
    double total = 0;
    double best = Double.NEGATIVE_INFINITY;
    for (List<Integer> cut : cuts(word, pieces)) {
      double log = cut.stream().mapToDouble(id -> scores[id]).sum();
      total += Math.exp(log);
      cut.forEach(id -> expected[id] += Math.exp(log));
      best = Math.max(best, log);
    }
    PieceLattice lattice = new PieceLattice(pieces, scores);
    double[] found = new double[pieces.size()];
    lattice.addExpected(word.codePoints().toArray(), 7, found);
    for (int id = 0; id < found.length; id++) {
      double error = Math.abs(found[id] - 7 * expected[id] / total);
      assertTrue(error <= 1e-9, pieces.get(id) + " off by " + error);
    }
    StringBuilder spelled = new StringBuilder();
    double sum = 0;
    for (int piece : lattice.best(word.codePoints().toArray(), Vocabulary.NONE)) {
      spelled.insert(0, pieces.get(piece)); // the last one comes first
      sum += scores[piece];
    }
    assertEquals(word, spelled.toString());
    assertEquals(best, sum, 1e-9);
  }

  @Property(tries = 300)
  void theNextBestCutDoesWithoutThePiece(@ForAll long seed) {
    Random random = new Random(seed);
    List<String> pieces = pieces(random);
    double[] scores = random.doubles(pieces.size(), -6, -0.5).toArray();
    PieceLattice lattice = new PieceLattice(pieces, scores);
    for (int id = 0; id < pieces.size(); id++) {
      int forbidden = id;
      double best =
          cuts(pieces.get(id), pieces).stream()
              .filter(cut -> !cut.contains(forbidden))
              .mapToDouble(cut -> cut.stream().mapToDouble(piece -> scores[piece]).sum())
              .max()
              .orElse(Double.NaN);
      int[] path = lattice.best(pieces.get(id).codePoints().toArray(), id);
      double sum = 0;
      for (int piece : path) {
        sum += scores[piece];
      }
      assertEquals(Double.isNaN(best) ? 0 : best, sum, 1e-9);
    }
  }

  @Property(tries = 200)
  void seedsAreTheRepeatedSubstringsThatDoNotGoOnAlike(@ForAll long seed) {
    Random random = new Random(seed);
    int[][] words = new int[1 + random.nextInt(8)][];
    long[] counts = new long[words.length];
    Map<String, Long> all = new HashMap<>();
    for (int w = 0; w < words.length; w++) {
      String word = word(random, 8);
      words[w] = word.codePoints().toArray();
      counts[w] = 1 + random.nextInt(3);
      for (int i = 0; i < word.length(); i++) {
        for (int k = i + 1; k <= word.length(); k++) {
          all.merge(word.substring(i, k), counts[w], Long::sum);
        }
      }
    }
    int longest = 1 + random.nextInt(6);
    Map<String, Long> expected = new HashMap<>();
    all.forEach(
        (text, count) -> {
          boolean alike =
              text.length() < longest
                  && "abc".chars().anyMatch(c -> count.equals(all.get(text + (char) c)));
          if (text.length() == 1 || (text.length() <= longest && count >= 2 && !alike)) {
            expected.put(text, count * text.length());
          }
        });
    Map<String, Long> found = new HashMap<>();
    new SeedPieces(words, counts).find(longest, 1000).forEach(s -> found.put(s.text(), s.weight()));
    assertEquals(expected, found);
  }

  @Example
  void noMoreSeedsThanAskedFor() {
    int[][] words = {"abcabcabc".codePoints().toArray()};
    List<SeedPieces.Seed> seeds = new SeedPieces(words, new long[] {5}).find(6, 5);
    assertEquals(5, seeds.size());
    assertEquals("abcabc", seeds.get(3).text());
  }
}
