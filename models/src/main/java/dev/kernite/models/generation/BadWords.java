package dev.kernite.models.generation;

import java.util.List;

/**
 * Rules out token sequences: the last token of each, wherever the row ends in the tokens before it.
 * A sequence that is just an end token is ignored, and a sequence longer than the row does not act
 * yet, as in the reference implementation.
 *
 * @param words the forbidden sequences, each of at least one token
 * @param endTokens the end tokens
 */
public record BadWords(List<List<Integer>> words, List<Integer> endTokens)
    implements LogitsProcessor {

  /** Checks the options. */
  public BadWords {
    List<Integer> ends = List.copyOf(endTokens);
    for (List<Integer> word : words) {
      Options.require(
          !word.isEmpty() && word.stream().allMatch(t -> t >= 0),
          "bad-words",
          word,
          "a sequence of one or more token ids");
    }
    words =
        words.stream()
            .filter(word -> word.size() > 1 || !ends.contains(word.getFirst()))
            .map(List::copyOf)
            .toList();
    endTokens = ends;
  }

  @Override
  public void apply(NextTokenScores row) {
    for (List<Integer> word : words) {
      if (word.size() == 1 || (word.size() <= row.length() && endsWithPrefix(row, word))) {
        row.remove(word.getLast());
      }
    }
  }

  private static boolean endsWithPrefix(NextTokenScores row, List<Integer> word) {
    int start = row.length() - (word.size() - 1);
    for (int i = 0; i < word.size() - 1; i++) {
      if (row.token(start + i) != word.get(i)) {
        return false;
      }
    }
    return true;
  }
}
