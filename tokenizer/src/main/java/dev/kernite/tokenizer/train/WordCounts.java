package dev.kernite.tokenizer.train;

import dev.kernite.tokenizer.text.Pieces;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How often each word is in a text: all that training needs to know of it. */
public final class WordCounts {
  private final Map<String, Integer> index = new HashMap<>();
  private final List<String> words = new ArrayList<>();
  private long[] counts = new long[1024];

  /** Creates empty counts. */
  public WordCounts() {}

  /** Counts the words of {@code pieces}; added tokens are no words. */
  public void add(Pieces pieces) {
    for (int p = 0; p < pieces.count(); p++) {
      if (pieces.token(p) == Pieces.TEXT) {
        count(pieces.text().string(pieces.start(p), pieces.end(p)));
      }
    }
  }

  private void count(String word) {
    int i = index.computeIfAbsent(word, _ -> words.size());
    if (i == words.size()) {
      words.add(word);
      if (i == counts.length) {
        counts = java.util.Arrays.copyOf(counts, 2 * i);
      }
    }
    counts[i]++;
  }

  int size() {
    return words.size();
  }

  String word(int i) {
    return words.get(i);
  }

  long count(int i) {
    return counts[i];
  }
}
