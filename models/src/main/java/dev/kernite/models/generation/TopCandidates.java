package dev.kernite.models.generation;

/**
 * The best continuations of a group of beams, best first: a sorted array of fixed size, since a few
 * times the number of beams are kept of beams x vocabulary offers and nearly all offers fail at one
 * comparison. Between equal scores the earlier offer goes first.
 */
final class TopCandidates {
  private final float[] scores;
  private final int[] beams;
  private final int[] tokens;
  private int size;

  TopCandidates(int capacity) {
    scores = new float[capacity];
    beams = new int[capacity];
    tokens = new int[capacity];
  }

  void clear() {
    size = 0;
  }

  void offer(float score, int beam, int token) {
    if (size == scores.length) {
      if (!(score > scores[size - 1])) {
        return;
      }
      size--;
    }
    int at = size++;
    for (; at > 0 && scores[at - 1] < score; at--) {
      scores[at] = scores[at - 1];
      beams[at] = beams[at - 1];
      tokens[at] = tokens[at - 1];
    }
    scores[at] = score;
    beams[at] = beam;
    tokens[at] = token;
  }

  int size() {
    return size;
  }

  /** Sum of log-probabilities of the candidate at a rank. */
  float score(int rank) {
    return scores[rank];
  }

  int beam(int rank) {
    return beams[rank];
  }

  int token(int rank) {
    return tokens[rank];
  }
}
