package dev.kernite.models.generation;

/**
 * Rules out tokens less probable than a threshold (Hewitt et al. 2022).
 *
 * @param epsilon the threshold, in (0, 1)
 * @param minTokensToKeep how many of the largest scores stay whatever their probability, at least 1
 */
public record EpsilonCutoff(double epsilon, int minTokensToKeep) implements LogitsProcessor {

  /** Checks the options. */
  public EpsilonCutoff {
    Options.require(
        epsilon > 0 && epsilon < 1, "epsilon-cutoff", epsilon, "between 0 and 1, both excluded");
    Options.atLeast(1, "min-tokens-to-keep", minTokensToKeep);
  }

  /**
   * Keeps tokens from a probability on, at least one.
   *
   * @param epsilon the threshold, in (0, 1)
   */
  public EpsilonCutoff(double epsilon) {
    this(epsilon, 1);
  }

  @Override
  public void apply(NextTokenScores row) {
    row.removeLessProbable((float) epsilon, row.softmax(), minTokensToKeep);
  }
}
