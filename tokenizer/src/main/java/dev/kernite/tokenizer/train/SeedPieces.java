package dev.kernite.tokenizer.train;

import dev.kernite.tokenizer.text.IntList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The substrings of words from which Unigram training begins: all characters, and what occurs at
 * least twice, but not what always goes on in the same way. Lengths are counted one after the
 * other: a string is known by the numbers of its two parts that are one shorter, and need not be
 * counted where one of them is rare. So no string is made before it is chosen.
 */
final class SeedPieces {
  /**
   * A substring.
   *
   * @param text the substring
   * @param weight how often it is there, times its length
   */
  record Seed(String text, long weight) {}

  /** The substrings of one length: where the first of each is, how often it is there. */
  private static final class Level {
    private final Map<Long, Integer> numbers = new HashMap<>();
    private final IntList words = new IntList();
    private final IntList starts = new IntList();
    private long[] counts = new long[1024];
    private boolean[] goOnAlike; // whether each is always followed by the same character

    int number(long key, int word, int start) {
      int number = numbers.computeIfAbsent(key, _ -> numbers.size());
      if (number == words.size()) {
        words.add(word);
        starts.add(start);
        if (number == counts.length) {
          counts = Arrays.copyOf(counts, 2 * number);
        }
      }
      return number;
    }
  }

  private static final int RARE = -1;

  private final int[][] words;
  private final long[] counts;

  /**
   * Takes the words.
   *
   * @param words code points
   * @param counts how often each word is there
   */
  SeedPieces(int[][] words, long[] counts) {
    this.words = words;
    this.counts = counts;
  }

  /**
   * Returns the characters, then the other substrings, each by falling weight.
   *
   * @param maxLength the longest, in characters
   * @param limit how many at most
   */
  List<Seed> find(int maxLength, int limit) {
    List<Seed> characters = new ArrayList<>();
    List<Seed> longer = new ArrayList<>();
    int[][] at = new int[words.length][]; // the number of the substring that begins at each place
    Level level = new Level();
    for (int w = 0; w < words.length; w++) {
      at[w] = new int[words[w].length];
      for (int i = 0; i < words[w].length; i++) {
        at[w][i] = level.number(words[w][i], w, i);
        level.counts[at[w][i]] += counts[w];
      }
    }
    addTo(characters, level, 1, 1);
    for (int length = 2; length <= maxLength && !level.numbers.isEmpty(); length++) {
      Level next = next(at, level);
      if (length > 2) {
        addTo(longer, level, length - 1, 2);
      }
      level = next;
      if (length == maxLength) {
        addTo(longer, level, length, 2);
      }
    }
    Comparator<Seed> order =
        Comparator.comparingLong(Seed::weight).reversed().thenComparing(Seed::text);
    characters.sort(order);
    longer.sort(order);
    characters.addAll(
        longer.subList(0, Math.clamp((long) limit - characters.size(), 0, longer.size())));
    return characters;
  }

  /** Counts the substrings one longer, and tells of those of {@code level} which go on alike. */
  private Level next(int[][] at, Level level) {
    level.goOnAlike = new boolean[level.words.size()];
    Level next = new Level();
    IntList prefixes = new IntList();
    for (int w = 0; w < words.length; w++) {
      int[] numbers = new int[Math.max(at[w].length - 1, 0)];
      for (int i = 0; i < numbers.length; i++) {
        if (at[w][i] == RARE || at[w][i + 1] == RARE) {
          numbers[i] = RARE;
          continue;
        }
        numbers[i] = next.number((long) at[w][i] << 32 | at[w][i + 1], w, i);
        next.counts[numbers[i]] += counts[w];
        if (numbers[i] == prefixes.size()) {
          prefixes.add(at[w][i]);
        }
      }
      at[w] = numbers;
    }
    for (int n = 0; n < prefixes.size(); n++) {
      level.goOnAlike[prefixes.get(n)] |= next.counts[n] == level.counts[prefixes.get(n)];
    }
    for (int[] numbers : at) {
      for (int i = 0; i < numbers.length; i++) {
        if (numbers[i] != RARE && next.counts[numbers[i]] < 2) {
          numbers[i] = RARE;
        }
      }
    }
    return next;
  }

  private void addTo(List<Seed> seeds, Level level, int length, int least) {
    for (int n = 0; n < level.words.size(); n++) {
      boolean alike = level.goOnAlike != null && level.goOnAlike[n];
      if (level.counts[n] >= least && !alike) {
        String text = new String(words[level.words.get(n)], level.starts.get(n), length);
        seeds.add(new Seed(text, level.counts[n] * length));
      }
    }
  }
}
