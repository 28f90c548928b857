package dev.kernite.models.generation;

/**
 * Keeps the k tokens with the largest scores (Fan et al. 2018) and every token tied with the k-th.
 *
 * @param k how many to keep, at least 1; more than the vocabulary keeps everything
 * @param minTokensToKeep a floor under {@code k}, at least 1
 */
public record TopK(int k, int minTokensToKeep) implements LogitsProcessor {

  /** Checks the options. */
  public TopK {
    Options.atLeast(1, "top-k", k);
    Options.atLeast(1, "min-tokens-to-keep", minTokensToKeep);
  }

  /**
   * Keeps k tokens.
   *
   * @param k how many to keep, at least 1
   */
  public TopK(int k) {
    this(k, 1);
  }

  @Override
  public void apply(NextTokenScores row) {
    int keep = Math.max(k, minTokensToKeep);
    float[] scores = row.scores();
    if (keep >= scores.length) {
      return;
    }
    float limit = row.kthLargest(keep);
    for (int i = 0; i < scores.length; i++) {
      if (scores[i] < limit) {
        scores[i] = Float.NEGATIVE_INFINITY;
      }
    }
  }
}
