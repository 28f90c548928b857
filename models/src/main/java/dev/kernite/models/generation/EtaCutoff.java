package dev.kernite.models.generation;

/**
 * Rules out tokens less probable than a threshold that falls with the entropy H of the
 * distribution: min(epsilon, sqrt(epsilon) exp(-H)) (Hewitt et al. 2022).
 *
 * @param epsilon the hyperparameter, in (0, 1)
 * @param minTokensToKeep how many of the largest scores stay whatever their probability, at least 1
 */
public record EtaCutoff(double epsilon, int minTokensToKeep) implements LogitsProcessor {

  /** Checks the options. */
  public EtaCutoff {
    Options.require(
        epsilon > 0 && epsilon < 1, "eta-cutoff", epsilon, "between 0 and 1, both excluded");
    Options.atLeast(1, "min-tokens-to-keep", minTokensToKeep);
  }

  /**
   * Keeps tokens from the threshold on, at least one.
   *
   * @param epsilon the hyperparameter, in (0, 1)
   */
  public EtaCutoff(double epsilon) {
    this(epsilon, 1);
  }

  @Override
  public void apply(NextTokenScores row) {
    float[] probabilities = row.softmax();
    float entropy = NextTokenScores.entropy(probabilities, row.logSoftmax());
    float eps = (float) epsilon;
    float eta = Math.min(eps, (float) Math.sqrt(eps) * (float) Math.exp(-entropy));
    row.removeLessProbable(eta, probabilities, minTokensToKeep);
  }
}
