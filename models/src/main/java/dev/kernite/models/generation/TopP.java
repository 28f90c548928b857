package dev.kernite.models.generation;

/**
 * Nucleus filter: keeps the smallest set of most probable tokens whose mass reaches p (Holtzman et
 * al. 2020). Among tokens tied at the cut, lower ones stay.
 *
 * @param p the mass to keep, in [0, 1]
 * @param minTokensToKeep how many tokens stay whatever their mass, at least 1
 */
public record TopP(double p, int minTokensToKeep) implements LogitsProcessor {

  /** Checks the options. */
  public TopP {
    Options.require(p >= 0 && p <= 1, "top-p", p, "between 0 and 1");
    Options.atLeast(1, "min-tokens-to-keep", minTokensToKeep);
  }

  /**
   * Keeps the nucleus, of at least one token.
   *
   * @param p the mass to keep, in [0, 1]
   */
  public TopP(double p) {
    this(p, 1);
  }

  @Override
  public void apply(NextTokenScores row) {
    float[] probabilities = row.softmax();
    // The mass of a token and all below it. The reference sums from the least probable token up and
    // removes while the float32 sum is <= 1 - p; subtracting from the top, in double, gives the
    // same sums without sorting the tail.
    double tail = 0;
    for (float probability : probabilities) {
      tail += probability;
    }
    float removable = (float) (1 - p);
    DescendingOrder order = row.descending(row.scores());
    int kept = 0;
    while (order.size() > 0 && (kept < minTokensToKeep || (float) tail > removable)) {
      tail -= probabilities[order.take()];
      kept++;
    }
    row.removeUntaken();
  }
}
