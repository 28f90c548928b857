package dev.kernite.models.metrics.text;

import java.util.BitSet;
import java.util.List;

/** Longest common subsequences of tokens, in time and space of the product of the lengths. */
final class CommonSubsequence {
  private CommonSubsequence() {}

  /** The length of the longest. */
  static int length(List<String> first, List<String> second) {
    int[] lengths = new int[second.size() + 1];
    for (String token : first) {
      next(lengths, token, second);
    }
    return lengths[second.size()];
  }

  /**
   * One of the longest, that which rouge_score takes.
   *
   * @return which tokens of {@code first} it has
   */
  static BitSet of(List<String> first, List<String> second) {
    int columns = second.size();
    BitSet[] shorterAbove = new BitSet[first.size()]; // a bit a cell instead of its length
    int[] lengths = new int[columns + 1];
    for (int i = 0; i < first.size(); i++) {
      int[] above = lengths.clone();
      next(lengths, first.get(i), second);
      shorterAbove[i] = new BitSet(columns);
      for (int j = 0; j < columns; j++) {
        shorterAbove[i].set(j, above[j + 1] < lengths[j]);
      }
    }
    BitSet chosen = new BitSet(first.size());
    int i = first.size() - 1;
    int j = columns - 1;
    while (i >= 0 && j >= 0) {
      if (first.get(i).equals(second.get(j))) {
        chosen.set(i--);
        j--;
      } else if (shorterAbove[i].get(j)) {
        j--;
      } else {
        i--;
      }
    }
    return chosen;
  }

  /** Lengths for the prefixes of {@code second}, with one more token of the first sequence. */
  private static void next(int[] lengths, String token, List<String> second) {
    int diagonal = 0;
    for (int j = 1; j < lengths.length; j++) {
      int above = lengths[j];
      lengths[j] = token.equals(second.get(j - 1)) ? diagonal + 1 : Math.max(above, lengths[j - 1]);
      diagonal = above;
    }
  }
}
