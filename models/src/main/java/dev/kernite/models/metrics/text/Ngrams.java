package dev.kernite.models.metrics.text;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** How often each run of n tokens or characters occurs. */
final class Ngrams {
  private Ngrams() {}

  /** Runs of {@code order} tokens. */
  static Map<List<String>, Integer> of(List<String> tokens, int order) {
    Map<List<String>, Integer> counts = new HashMap<>();
    for (int i = 0; i + order <= tokens.size(); i++) {
      counts.merge(tokens.subList(i, i + order), 1, Integer::sum);
    }
    return counts;
  }

  /**
   * Runs of {@code order} code points.
   *
   * @param starts where the code points of the text begin, and last its length
   */
  static Map<String, Integer> of(String text, int[] starts, int order) {
    Map<String, Integer> counts = new HashMap<>();
    for (int i = 0; i + order < starts.length; i++) {
      counts.merge(text.substring(starts[i], starts[i + order]), 1, Integer::sum);
    }
    return counts;
  }

  /** Where the code points of a text begin, and last its length. */
  static int[] starts(String text) {
    return IntStream.concat(
            IntStream.range(0, text.length())
                .filter(
                    i -> i == 0 || !Character.isSurrogatePair(text.charAt(i - 1), text.charAt(i))),
            IntStream.of(text.length()))
        .toArray();
  }

  static long total(Map<?, Integer> counts) {
    return counts.values().stream().mapToLong(n -> n).sum();
  }

  /** How many are in both, each counted as often as it is in the one where it is rarer. */
  static <T> long shared(Map<T, Integer> first, Map<T, Integer> second) {
    long shared = 0;
    for (Map.Entry<T, Integer> entry : first.entrySet()) {
      shared += Math.min(entry.getValue(), second.getOrDefault(entry.getKey(), 0));
    }
    return shared;
  }
}
