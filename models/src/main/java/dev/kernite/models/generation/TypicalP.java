package dev.kernite.models.generation;

/**
 * Locally typical filter (Meister et al. 2023): takes tokens by how close their surprise -log p is
 * to the entropy of the distribution, until their mass reaches a limit.
 *
 * @param mass the mass to keep, in (0, 1)
 * @param minTokensToKeep how many tokens stay whatever their mass, at least 1
 */
public record TypicalP(double mass, int minTokensToKeep) implements LogitsProcessor {

  /** Checks the options. */
  public TypicalP {
    Options.require(mass > 0 && mass < 1, "typical-p", mass, "between 0 and 1, both excluded");
    Options.atLeast(1, "min-tokens-to-keep", minTokensToKeep);
  }

  /**
   * Keeps the typical set, of at least one token.
   *
   * @param mass the mass to keep, in (0, 1)
   */
  public TypicalP(double mass) {
    this(mass, 1);
  }

  @Override
  public void apply(NextTokenScores row) {
    float[] probabilities = row.softmax();
    float[] typicality = row.logSoftmax();
    float entropy = NextTokenScores.entropy(probabilities, typicality);
    for (int i = 0; i < typicality.length; i++) {
      typicality[i] = -Math.abs(-typicality[i] - entropy);
    }
    DescendingOrder order = row.descending(typicality);
    double taken = 0;
    float cut = Float.NEGATIVE_INFINITY;
    // The token that carries the mass over the limit stays, and so does every token tied with it.
    for (int kept = 0; order.size() > 0; kept++) {
      if (kept >= minTokensToKeep && typicality[order.peek()] < cut) {
        break;
      }
      int token = order.take();
      boolean below = (float) taken < (float) mass;
      taken += probabilities[token];
      if (below && (float) taken >= (float) mass) {
        cut = typicality[token];
      }
    }
    row.removeUntaken();
  }
}
