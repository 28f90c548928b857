package dev.kernite.models.gpt2;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Functional;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.op.CrossEntropy;
import dev.kernite.engine.op.Reduction;
import dev.kernite.models.ModelException;
import dev.kernite.models.metrics.Perplexity;
import dev.kernite.models.transformer.Probe;
import java.util.Arrays;

/** How likely a GPT-2 finds the tokens of a text, each after those before it. */
public final class Gpt2Likelihood implements Perplexity.Scorer {
  /** Positions whose logits are there at a time: those of a whole context would be 200 MB. */
  private static final int POSITIONS = 256;

  private final Gpt2 model;

  /**
   * Takes a model; it remains the caller's.
   *
   * @throws ModelException if it has no language head
   */
  public Gpt2Likelihood(Gpt2 model) {
    if (!model.hasHead()) {
      throw new ModelException("this checkpoint has no language head, which a likelihood needs");
    }
    this.model = model;
  }

  /**
   * Log-probabilities of a text that fits the context.
   *
   * @return ln p(tokens[t] | tokens before t) for t = 1 ... n - 1
   */
  @Override
  public double[] logProbabilities(int[] tokens) {
    double[] result = new double[tokens.length - 1];
    Engine engine = model.engine();
    engine.noGrad(
        () -> {
          try (Scope _ = engine.scope()) {
            Tensor hidden = model.hidden(Gpt2Inputs.of(new int[][] {tokens}), false, Probe.NONE);
            for (int from = 0; from < result.length; from += POSITIONS) {
              int to = Math.min(from + POSITIONS, result.length);
              float[] losses = losses(hidden, from, Arrays.copyOfRange(tokens, from + 1, to + 1));
              for (int i = 0; i < losses.length; i++) {
                result[from + i] = -losses[i];
              }
            }
          }
        });
    return result;
  }

  /**
   * Cross-entropy of the tokens that follow on positions of the hidden states, [1, time, width].
   */
  private float[] losses(Tensor hidden, int from, int[] next) {
    Engine engine = model.engine();
    try (Scope _ = engine.scope()) {
      long width = model.config().width();
      Tensor rows =
          Functional.slice(
              hidden, new long[] {0, from, 0}, new long[] {1, from + next.length, width});
      Tensor logits = model.logits(rows.reshape(next.length, width));
      return new CrossEntropy(Reduction.NONE)
          .apply(logits, engine.tensor(next, Shape.of(next.length)))
          .toFloats();
    }
  }
}
