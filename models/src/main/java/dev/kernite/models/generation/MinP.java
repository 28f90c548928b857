package dev.kernite.models.generation;

/**
 * Keeps tokens whose probability is at least a share of the most probable token's (Nguyen et al.
 * 2024).
 *
 * @param p the share, in [0, 1]
 * @param minTokensToKeep how many tokens stay whatever their probability, at least 1
 */
public record MinP(double p, int minTokensToKeep) implements LogitsProcessor {

  /** Checks the options. */
  public MinP {
    Options.require(p >= 0 && p <= 1, "min-p", p, "between 0 and 1");
    Options.atLeast(1, "min-tokens-to-keep", minTokensToKeep);
  }

  /**
   * Keeps tokens from a share of the largest probability on.
   *
   * @param p the share, in [0, 1]
   */
  public MinP(double p) {
    this(p, 1);
  }

  @Override
  public void apply(NextTokenScores row) {
    float[] probabilities = row.softmax();
    DescendingOrder order = row.descending(row.scores());
    float limit = (float) p * probabilities[order.peek()];
    int kept = 0;
    while (order.size() > 0 && (kept < minTokensToKeep || !(probabilities[order.peek()] < limit))) {
      order.take();
      kept++;
    }
    row.removeUntaken();
  }
}
