package dev.kernite.models.generation;

/**
 * The diversity term of diverse beam search (Vijayakumar et al. 2018): a token loses the penalty
 * once for every beam of an earlier group that chose it in the same step.
 *
 * @param penalty at least 0
 */
record HammingDiversity(double penalty) {

  /** Lowers {@code scores} by the first {@code count} entries of {@code chosen}. */
  void apply(float[] scores, int[] chosen, int count) {
    for (int i = 0; i < count; i++) {
      int token = chosen[i];
      int frequency = 0;
      boolean first = true;
      for (int j = 0; j < count; j++) {
        if (chosen[j] == token) {
          first &= j >= i;
          frequency++;
        }
      }
      if (first && token >= 0 && token < scores.length) {
        scores[token] -= (float) penalty * frequency;
      }
    }
  }
}
