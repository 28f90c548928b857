package dev.kernite.models.generation;

import dev.kernite.models.ModelException;

/**
 * Makes tokens that are already in the row less likely (Keskar et al. 2019, CTRL): a negative score
 * is multiplied by the penalty, any other divided by it. The prompt and its padding count.
 *
 * @param penalty greater than 0; 1 changes nothing, below 1 repetition becomes more likely
 */
public record RepetitionPenalty(double penalty) implements LogitsProcessor {

  /** Checks the option. */
  public RepetitionPenalty {
    Options.require(
        penalty > 0 && penalty < Double.POSITIVE_INFINITY,
        "repetition-penalty",
        penalty,
        "greater than 0");
  }

  @Override
  public void apply(NextTokenScores row) {
    float factor = (float) penalty;
    float[] scores = row.scores();
    for (int token : row.distinctTokens()) {
      if (token < 0 || token >= scores.length) {
        throw new ModelException(
            "token " + token + " of the prompt is outside the vocabulary of " + scores.length);
      }
      scores[token] = scores[token] < 0 ? scores[token] * factor : scores[token] / factor;
    }
  }
}
