package dev.kernite.models.metrics;

import dev.kernite.models.ModelException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * Perplexity of texts under a causal model: exp of the mean negative log-likelihood of the tokens,
 * in nats, where each token is predicted from those before it and the first is not scored.
 */
public final class Perplexity {
  private Perplexity() {}

  /** A causal model as perplexity sees it. */
  @FunctionalInterface
  public interface Scorer {
    /**
     * Scores a text that fits the context.
     *
     * @param tokens two or more tokens
     * @return ln p(tokens[t] | tokens before t) for t = 1 ... n - 1, n - 1 values
     */
    double[] logProbabilities(int[] tokens);
  }

  /**
   * A sum of negative log-likelihoods.
   *
   * @param nats the sum
   * @param tokens the number of scored tokens
   */
  public record Score(double nats, long tokens) {

    /** Mean negative log-likelihood of a token, in nats. */
    public double mean() {
      return nats / tokens;
    }

    /** exp of the mean. */
    public double perplexity() {
      return Math.exp(mean());
    }

    /**
     * Bits per byte, which does not depend on the tokenizer.
     *
     * @param bytes length of the scored text in UTF-8
     */
    public double bitsPerByte(long bytes) {
      return nats / Math.log(2) / bytes;
    }

    /** Both together, every token with the same weight. */
    public Score plus(Score other) {
      return new Score(nats + other.nats, tokens + other.tokens);
    }
  }

  /**
   * One window over a text longer than the context: tokens [begin, end), of which the last {@code
   * scored} were in no earlier window.
   *
   * @param begin first token
   * @param end one after the last token
   * @param scored how many tokens count
   */
  public record Window(int begin, int end, int scored) {}

  /**
   * A window and its score.
   *
   * @param window what of the text
   * @param score of the tokens that were in no earlier window
   */
  public record WindowScore(Window window, Score score) {}

  /**
   * Scores one text that fits the context.
   *
   * @param tokens the text; of fewer than two tokens nothing is scored
   * @param scorer the model
   */
  public static Score sequence(int[] tokens, Scorer scorer) {
    return tokens.length < 2 ? new Score(0, 0) : score(tokens, tokens.length - 1, scorer);
  }

  /**
   * Cuts a text into windows: each begins {@code stride} after the one before, and the last ends
   * with the text.
   *
   * @param length tokens of the text
   * @param window tokens of a window, at least 2: the model's context or less
   * @param stride tokens between two windows, from 1 to {@code window}; a small one gives every
   *     token a long context, at the cost of more windows
   */
  public static List<Window> windows(int length, int window, int stride) {
    if (window < 2 || stride < 1 || stride > window) {
      throw new ModelException(
          "a window of %d tokens with a stride of %d; it needs 2 or more, and a stride from 1 to itself"
              .formatted(window, stride));
    }
    List<Window> windows = new ArrayList<>();
    int scoredTo = 1;
    for (long begin = 0; scoredTo < length; begin += stride) {
      int end = (int) Math.min(begin + window, length);
      if (end > scoredTo) {
        // The token at the window's begin has nothing before it and cannot be scored.
        windows.add(new Window((int) begin, end, Math.min(end - scoredTo, end - (int) begin - 1)));
      }
      scoredTo = end;
    }
    return windows;
  }

  /**
   * Scores a text of any length through sliding windows.
   *
   * @param tokens the text
   * @param window tokens of a window
   * @param stride tokens between two windows
   * @param scorer the model
   */
  public static List<WindowScore> sliding(int[] tokens, int window, int stride, Scorer scorer) {
    return windows(tokens.length, window, stride).stream()
        .map(
            w ->
                new WindowScore(
                    w, score(Arrays.copyOfRange(tokens, w.begin, w.end), w.scored, scorer)))
        .toList();
  }

  /** All scores together, every token with the same weight. */
  public static Score total(Collection<Score> scores) {
    return scores.stream().reduce(new Score(0, 0), Score::plus);
  }

  /**
   * Scores one row of given logits: position t predicts label t + 1.
   *
   * @param logits [time][vocab], any normalisation
   * @param labels the tokens, [time]
   * @param ignored a label that is not scored, usually -100
   * @throws ModelException if there is no such token
   */
  public static Score ofLogits(double[][] logits, int[] labels, int ignored) {
    double nats = 0;
    long scored = 0;
    for (int t = 1; t < labels.length; t++) {
      if (labels[t] != ignored) {
        double[] row = logits[t - 1];
        if (labels[t] < 0 || labels[t] >= row.length) {
          throw new ModelException(
              "label %d of a row is %d, its logits are of tokens 0 to %d (and %d is ignored)"
                  .formatted(t, labels[t], row.length - 1, ignored));
        }
        double max = Arrays.stream(row).max().orElseThrow();
        double sum = Arrays.stream(row).map(x -> Math.exp(x - max)).sum();
        nats += max + Math.log(sum) - row[labels[t]];
        scored++;
      }
    }
    return new Score(nats, scored);
  }

  private static Score score(int[] tokens, int scored, Scorer scorer) {
    double[] logProbabilities = scorer.logProbabilities(tokens);
    if (logProbabilities.length != tokens.length - 1) {
      throw new ModelException(
          "a scorer returned %d log-probabilities for %d tokens"
              .formatted(logProbabilities.length, tokens.length));
    }
    double nats = 0;
    for (int i = logProbabilities.length - scored; i < logProbabilities.length; i++) {
      nats -= logProbabilities[i];
    }
    return new Score(nats, scored);
  }
}
