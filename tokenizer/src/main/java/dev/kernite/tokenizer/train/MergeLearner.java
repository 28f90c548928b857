package dev.kernite.tokenizer.train;

import dev.kernite.tokenizer.model.Merge;
import dev.kernite.tokenizer.text.IntList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Learns the merges of BPE: again and again the most frequent pair of neighbours becomes one token.
 * The counts of pairs are kept up to date, never recounted: a merge touches only the words that
 * hold its pair, and in them only the neighbours of the pair.
 */
public final class MergeLearner {
  /** A pair of neighbouring tokens, and where it is. */
  private static final class Pair {
    private final int left;
    private final int right;
    private final IntList words = new IntList(4); // words that held it at some time, perhaps twice
    private long count;

    Pair(int left, int right) {
      this.left = left;
      this.right = right;
    }
  }

  /** A pair with the count it had when it was queued: never less than the count it has. */
  private record Candidate(Pair pair, long count) implements Comparable<Candidate> {
    @Override
    public int compareTo(Candidate other) {
      int order = Long.compare(other.count, count);
      order = order != 0 ? order : Integer.compare(pair.left, other.pair.left);
      return order != 0 ? order : Integer.compare(pair.right, other.pair.right);
    }
  }

  private final Map<String, Integer> ids;
  private final List<String> tokens;
  private final int[][] words;
  private final long[] counts;
  private final Map<Long, Pair> pairs = new HashMap<>();
  private final PriorityQueue<Candidate> queue = new PriorityQueue<>();
  private final Set<Pair> risen = new HashSet<>(); // pairs whose count rose in the current merge

  private final int prefixLength; // of what a token carries that does not begin a word

  /**
   * Begins with words as their characters.
   *
   * @param wordCounts the words and how often each is there
   * @param ids the alphabet; {@link #learn} adds what it makes
   */
  public MergeLearner(WordCounts wordCounts, Map<String, Integer> ids) {
    this(wordCounts, ids, "");
  }

  /**
   * Begins with words as their characters, of which all but the first carry a prefix.
   *
   * @param wordCounts the words and how often each is there
   * @param ids the tokens there are already; the characters are added here
   * @param prefix what a token carries that does not begin a word
   * @param maxCharacters how many characters at most, the most frequent ones; others are left out
   */
  public static MergeLearner ofWordPieces(
      WordCounts wordCounts, Map<String, Integer> ids, String prefix, int maxCharacters) {
    Map<Integer, Long> seen = new TreeMap<>(); // so that of equally frequent ones the lower stays
    TreeSet<Integer> inside = new TreeSet<>();
    for (int w = 0; w < wordCounts.size(); w++) {
      int[] word = wordCounts.word(w).codePoints().toArray();
      for (int i = 0; i < word.length; i++) {
        seen.merge(word[i], wordCounts.count(w), Long::sum);
        if (i > 0) {
          inside.add(word[i]);
        }
      }
    }
    TreeSet<Integer> kept = new TreeSet<>();
    seen.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .limit(maxCharacters)
        .forEach(entry -> kept.add(entry.getKey()));
    inside.retainAll(kept);
    kept.forEach(c -> ids.putIfAbsent(Character.toString(c), ids.size()));
    inside.forEach(c -> ids.putIfAbsent(prefix + Character.toString(c), ids.size()));
    return new MergeLearner(wordCounts, ids, prefix);
  }

  private MergeLearner(WordCounts wordCounts, Map<String, Integer> ids, String prefix) {
    this.ids = ids;
    this.prefixLength = prefix.length();
    this.tokens = new ArrayList<>(ids.keySet());
    this.words = new int[wordCounts.size()][];
    this.counts = new long[words.length];
    for (int w = 0; w < words.length; w++) {
      words[w] = symbols(wordCounts.word(w), prefix);
      counts[w] = wordCounts.count(w);
      for (int i = 0; i + 1 < words[w].length; i++) {
        change(words[w][i], words[w][i + 1], w, counts[w]);
      }
    }
    enqueueRisen();
  }

  private int[] symbols(String word, String prefix) {
    IntList symbols = new IntList(word.length());
    for (int i = 0; i < word.length(); i += Character.charCount(word.codePointAt(i))) {
      String character = Character.toString(word.codePointAt(i));
      Integer id = ids.get(i == 0 ? character : prefix + character);
      if (id != null) {
        symbols.add(id);
      }
    }
    return symbols.toArray();
  }

  /**
   * Returns the merges in the order in which they were learned.
   *
   * @param vocabSize stop at so many tokens
   * @param minFrequency stop when no pair is as frequent as this
   */
  public List<Merge> learn(int vocabSize, long minFrequency) {
    List<Merge> merges = new ArrayList<>();
    Set<Long> known = new HashSet<>();
    while (tokens.size() < vocabSize) {
      Pair best = mostFrequent();
      if (best == null || best.count < minFrequency) {
        break;
      }
      String left = tokens.get(best.left);
      String right = tokens.get(best.right);
      String whole = left + right.substring(prefixLength);
      int merged = ids.computeIfAbsent(whole, _ -> tokens.size());
      if (merged == tokens.size()) {
        tokens.add(whole);
      }
      // A pair can come back, if one of its tokens can be made in two ways. It is merged again, as
      // it will be when a text is encoded; it is not a new merge.
      if (known.add(key(best.left, best.right))) {
        merges.add(new Merge(left, right));
      }
      apply(best, merged);
    }
    return merges;
  }

  private Pair mostFrequent() {
    while (!queue.isEmpty()) {
      Candidate top = queue.poll();
      if (top.count == top.pair.count) {
        return top.count > 0 ? top.pair : null;
      }
      if (top.pair.count > 0) {
        queue.add(new Candidate(top.pair, top.pair.count));
      }
    }
    return null;
  }

  private void apply(Pair pair, int merged) {
    for (int i = 0, n = pair.words.size(); i < n; i++) {
      apply(pair, merged, pair.words.get(i));
    }
    pairs.remove(key(pair.left, pair.right));
    enqueueRisen();
  }

  private void apply(Pair pair, int merged, int w) {
    int[] word = words[w];
    long count = counts[w];
    int kept = 0;
    for (int i = 0; i < word.length; i++) {
      if (word[i] != pair.left || i + 1 == word.length || word[i + 1] != pair.right) {
        word[kept++] = word[i];
        continue;
      }
      change(pair.left, pair.right, w, -count);
      if (kept > 0) {
        change(word[kept - 1], pair.left, w, -count);
        change(word[kept - 1], merged, w, count);
      }
      if (i + 2 < word.length) {
        change(pair.right, word[i + 2], w, -count);
        change(merged, word[i + 2], w, count);
      }
      word[kept++] = merged;
      i++;
    }
    if (kept < word.length) {
      words[w] = Arrays.copyOf(word, kept);
    }
  }

  private void change(int left, int right, int w, long by) {
    Pair pair = pairs.computeIfAbsent(key(left, right), _ -> new Pair(left, right));
    pair.count += by;
    if (by > 0) {
      IntList in = pair.words;
      if (in.size() == 0 || in.get(in.size() - 1) != w) {
        in.add(w);
      }
      risen.add(pair);
    }
  }

  private void enqueueRisen() {
    for (Pair pair : risen) {
      if (pair.count > 0) {
        queue.add(new Candidate(pair, pair.count));
      }
    }
    risen.clear();
  }

  private static long key(int left, int right) {
    return (long) left << 32 | right;
  }
}
