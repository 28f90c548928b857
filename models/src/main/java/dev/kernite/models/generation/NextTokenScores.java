package dev.kernite.models.generation;

import dev.kernite.models.ModelException;
import java.util.Arrays;
import java.util.Objects;

/**
 * The scores of one row's next token together with the tokens before it: what a {@link
 * LogitsProcessor} works on. One instance serves every row and step of a generation, so its scratch
 * arrays are allocated once.
 */
public final class NextTokenScores {
  private final float[] scores;
  private final float[] probabilities;
  private final float[] logProbabilities;
  private final DescendingOrder order;
  private int[] tokens = {};
  private int length;

  /**
   * Creates a row with all scores 0 and no tokens.
   *
   * @param vocabSize number of tokens in the vocabulary
   */
  public NextTokenScores(int vocabSize) {
    scores = new float[vocabSize];
    probabilities = new float[vocabSize];
    logProbabilities = new float[vocabSize];
    order = new DescendingOrder(vocabSize);
  }

  /**
   * Loads a row.
   *
   * @param logits the array to copy scores from
   * @param offset where the row starts in {@code logits}
   * @param rowTokens the tokens before the next one, prompt and padding included; read, not copied
   * @param rowLength how many of {@code rowTokens} there are
   */
  public void load(float[] logits, int offset, int[] rowTokens, int rowLength) {
    Objects.checkFromIndexSize(offset, scores.length, logits.length);
    Objects.checkFromIndexSize(0, rowLength, rowTokens.length);
    System.arraycopy(logits, offset, scores, 0, scores.length);
    tokens = rowTokens;
    length = rowLength;
  }

  /** The scores themselves, [vocab]: writing to the array changes the row. */
  public float[] scores() {
    return scores;
  }

  /** Number of tokens before the next one, prompt and padding included. */
  public int length() {
    return length;
  }

  /**
   * One of the tokens before the next one.
   *
   * @param position 0 for the oldest
   */
  public int token(int position) {
    return tokens[position];
  }

  /** Rules a token out. A token outside the vocabulary is out already. */
  void remove(int token) {
    if (token >= 0 && token < scores.length) {
      scores[token] = Float.NEGATIVE_INFINITY;
    }
  }

  /** The distinct tokens before the next one, in rising order. */
  int[] distinctTokens() {
    int[] sorted = Arrays.copyOf(tokens, length);
    Arrays.sort(sorted);
    int distinct = 0;
    for (int i = 0; i < length; i++) {
      if (i == 0 || sorted[i] != sorted[i - 1]) {
        sorted[distinct++] = sorted[i];
      }
    }
    return Arrays.copyOf(sorted, distinct);
  }

  /** Tokens by falling key; the shared instance, valid until the next call. */
  DescendingOrder descending(float[] keys) {
    return order.reset(keys);
  }

  /** Rules out every token that {@link #descending} has not handed out. */
  void removeUntaken() {
    for (int i = 0; i < order.size(); i++) {
      scores[order.remaining(i)] = Float.NEGATIVE_INFINITY;
    }
  }

  /** The k-th largest score, or -infinity where fewer than k tokens are left. */
  float kthLargest(int k) {
    DescendingOrder byScore = descending(scores);
    if (k > byScore.size()) {
      return Float.NEGATIVE_INFINITY;
    }
    for (int i = 1; i < k; i++) {
      byScore.take();
    }
    return scores[byScore.peek()];
  }

  /** Rules out tokens under a probability, but none of the {@code keep} largest scores. */
  void removeLessProbable(float limit, float[] probability, int keep) {
    float kept = kthLargest(keep);
    for (int i = 0; i < scores.length; i++) {
      if (probability[i] < limit && scores[i] < kept) {
        scores[i] = Float.NEGATIVE_INFINITY;
      }
    }
  }

  /** Softmax of the scores, in an array that is valid until the next call. */
  float[] softmax() {
    float max = max();
    double sum = 0;
    for (int i = 0; i < scores.length; i++) {
      // Filters leave few tokens: -infinity is common, and exp of it is known.
      float e = scores[i] == Float.NEGATIVE_INFINITY ? 0 : (float) Math.exp(scores[i] - max);
      probabilities[i] = e;
      sum += e;
    }
    float total = (float) sum;
    for (int i = 0; i < scores.length; i++) {
      probabilities[i] /= total;
    }
    return probabilities;
  }

  /** Log-softmax of the scores, in an array that is valid until the next call. */
  float[] logSoftmax() {
    float max = max();
    double sum = 0;
    for (float score : scores) {
      sum += score == Float.NEGATIVE_INFINITY ? 0 : (float) Math.exp(score - max);
    }
    float logSum = (float) Math.log(sum);
    for (int i = 0; i < scores.length; i++) {
      logProbabilities[i] = scores[i] - max - logSum;
    }
    return logProbabilities;
  }

  /** Entropy of the softmax distribution in nats, from {@link #softmax} and {@link #logSoftmax}. */
  static float entropy(float[] probabilities, float[] logProbabilities) {
    double sum = 0;
    for (int i = 0; i < probabilities.length; i++) {
      if (probabilities[i] > 0) {
        sum += probabilities[i] * logProbabilities[i];
      }
    }
    return (float) -sum;
  }

  /** Replaces logits by log-probabilities. */
  void normalize() {
    System.arraycopy(logSoftmax(), 0, scores, 0, scores.length);
  }

  /** The token with the largest score, the lowest such token where several share it. */
  int argMax() {
    float max = max();
    int token = 0;
    while (scores[token] != max) {
      token++;
    }
    return token;
  }

  /**
   * Draws a token with the probabilities softmax(scores), by inverting the cumulative sum.
   *
   * @param uniform a number in [0, 1)
   */
  int sample(double uniform) {
    float[] p = softmax();
    double total = 0;
    for (float v : p) {
      total += v;
    }
    double target = uniform * total;
    double sum = 0;
    int last = 0;
    for (int token = 0; token < p.length; token++) {
      if (p[token] > 0) {
        sum += p[token];
        last = token;
        if (sum > target) {
          break;
        }
      }
    }
    return last;
  }

  /** Fails for a logit that no sound model gives. */
  static void requireNumber(float logit) {
    if (Float.isNaN(logit) || logit == Float.POSITIVE_INFINITY) {
      throw new ModelException(
          "the model's logits contain "
              + logit
              + ": its weights are damaged, or a computation overflowed");
    }
  }

  private float max() {
    float max = Float.NEGATIVE_INFINITY;
    for (float score : scores) {
      requireNumber(score);
      max = Math.max(max, score);
    }
    if (max == Float.NEGATIVE_INFINITY) {
      throw new ModelException(
          "the generation options rule out every token of the vocabulary; loosen bad words, "
              + "no-repeat-ngram-size or min-length");
    }
    return max;
  }
}
