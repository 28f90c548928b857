package dev.kernite.tokenizer.train;

import dev.kernite.tokenizer.model.PieceTrie;
import dev.kernite.tokenizer.model.Vocabulary;
import java.util.Arrays;
import java.util.List;

/**
 * All ways to cut words into the pieces of a unigram language model (Kudo 2018). Every character is
 * a piece, so there is always one.
 */
final class PieceLattice {
  private final PieceTrie trie = new PieceTrie();
  private final double[] scores; // log probabilities, by piece

  PieceLattice(List<String> pieces, double[] scores) {
    this.scores = scores;
    for (int id = 0; id < scores.length; id++) {
      trie.add(pieces.get(id), id);
    }
  }

  /** Takes the edges of a lattice: piece {@code id} covers the characters [from, to). */
  private interface Edges {
    void accept(int from, int to, int id);
  }

  private void edges(int[] word, int from, Edges edges) {
    int node = PieceTrie.ROOT;
    for (int to = from; to < word.length; ) {
      node = trie.step(node, word[to++]);
      if (node == PieceTrie.DEAD_END) {
        return;
      }
      int id = trie.token(node);
      if (id != Vocabulary.NONE) {
        edges.accept(from, to, id);
      }
    }
  }

  /**
   * The forward-backward algorithm: adds to {@code expected} how often each piece is expected in a
   * word that is there {@code count} times.
   */
  void addExpected(int[] word, double count, double[] expected) {
    int n = word.length;
    double[] forward = new double[n + 1];
    double[] backward = new double[n + 1];
    Arrays.fill(forward, 1, n + 1, Double.NEGATIVE_INFINITY);
    Arrays.fill(backward, 0, n, Double.NEGATIVE_INFINITY);
    for (int i = 0; i < n; i++) {
      edges(
          word,
          i,
          (from, to, id) -> forward[to] = logOfSum(forward[to], forward[from] + scores[id]));
    }
    for (int i = n - 1; i >= 0; i--) {
      edges(
          word,
          i,
          (from, to, id) -> backward[from] = logOfSum(backward[from], backward[to] + scores[id]));
    }
    for (int i = 0; i < n; i++) {
      edges(
          word,
          i,
          (from, to, id) ->
              expected[id] +=
                  count * Math.exp(forward[from] + scores[id] + backward[to] - forward[n]));
    }
  }

  /** Returns log(exp(a) + exp(b)). */
  private static double logOfSum(double a, double b) {
    double high = Math.max(a, b);
    return high == Double.NEGATIVE_INFINITY
        ? high
        : high + Math.log1p(Math.exp(Math.min(a, b) - high));
  }

  /**
   * The Viterbi algorithm: returns the pieces of the best cut of {@code word}, last one first.
   *
   * @param forbidden a piece that must not be used, or {@link Vocabulary#NONE}
   */
  int[] best(int[] word, int forbidden) {
    int n = word.length;
    double[] best = new double[n + 1];
    int[] pieces = new int[n + 1];
    int[] starts = new int[n + 1];
    Arrays.fill(best, 1, n + 1, Double.NEGATIVE_INFINITY);
    for (int i = 0; i < n; i++) {
      edges(
          word,
          i,
          (from, to, id) -> {
            double score = best[from] + scores[id];
            if (id != forbidden && score > best[to]) {
              best[to] = score;
              pieces[to] = id;
              starts[to] = from;
            }
          });
    }
    if (best[n] == Double.NEGATIVE_INFINITY) {
      return new int[0]; // only the forbidden piece would do
    }
    int[] path = new int[n];
    int length = 0;
    for (int to = n; to > 0; to = starts[to]) {
      path[length++] = pieces[to];
    }
    return Arrays.copyOf(path, length);
  }
}
