package dev.kernite.models.generation;

import java.util.Arrays;
import java.util.List;

/** One generated sequence: the prompt, what was generated, and why it ended. */
public final class GeneratedSequence {
  private final int prompt;
  private final int[] ids;
  private final int promptLength;
  private final FinishReason finishReason;
  private final double score;
  private final List<float[]> stepScores;

  GeneratedSequence(
      int prompt,
      int[] ids,
      int promptLength,
      FinishReason finishReason,
      double score,
      List<float[]> stepScores) {
    this.prompt = prompt;
    this.ids = ids;
    this.promptLength = promptLength;
    this.finishReason = finishReason;
    this.score = score;
    this.stepScores = stepScores;
  }

  /** Index of the prompt that this sequence continues. */
  public int prompt() {
    return prompt;
  }

  /** The prompt's tokens and the new ones; an end token is kept, padding is not. */
  public int[] ids() {
    return ids.clone();
  }

  /** The new tokens alone. */
  public int[] newIds() {
    return Arrays.copyOfRange(ids, promptLength, ids.length);
  }

  /** Number of new tokens, an end token included. */
  public int newTokens() {
    return ids.length - promptLength;
  }

  /** Why the sequence ended. */
  public FinishReason finishReason() {
    return finishReason;
  }

  /**
   * Beam search: the sum of log-probabilities (after logits processors) divided by the number of
   * new tokens to the power of the length penalty. NaN for greedy search and sampling.
   */
  public double score() {
    return score;
  }

  /**
   * The processed scores of each new token, [vocab] each, if {@link GenerationConfig#keepScores}
   * asked for them; empty for beam search.
   */
  public List<float[]> stepScores() {
    return stepScores;
  }
}
