package dev.kernite.models.generation;

/**
 * Divides the scores by the temperature: below 1 the distribution gets sharper, above 1 flatter.
 *
 * @param temperature greater than 0
 */
public record Temperature(double temperature) implements LogitsProcessor {

  /** Checks the option. */
  public Temperature {
    Options.require(
        temperature > 0 && temperature < Double.POSITIVE_INFINITY,
        "temperature",
        temperature,
        "greater than 0 (greedy search is what temperature 0 would mean)");
  }

  @Override
  public void apply(NextTokenScores row) {
    float divisor = (float) temperature;
    float[] scores = row.scores();
    for (int i = 0; i < scores.length; i++) {
      scores[i] /= divisor;
    }
  }
}
