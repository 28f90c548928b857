package dev.kernite.models.bert;

import static dev.kernite.engine.Functional.clamp;
import static dev.kernite.engine.Functional.div;
import static dev.kernite.engine.Functional.matmul;
import static dev.kernite.engine.Functional.norm;
import static dev.kernite.engine.Functional.slice;

import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;

/** How the hidden states of a sequence become one vector. */
public enum Pooling {
  /** Mean over the real tokens (Reimers and Gurevych 2019). */
  MEAN,
  /** Hidden state of the first token. */
  CLS,
  /** BERT's pooler over the first token. */
  POOLER;

  /** Least length that a vector is divided by. */
  private static final float SHORTEST = 1e-12f;

  /**
   * Pools.
   *
   * @param hidden [batch, time, width]
   * @param real true where a token is real, or null if all are
   * @return [batch, width]
   */
  Tensor apply(Bert model, Tensor hidden, boolean[][] real) {
    long batch = hidden.shape().dim(0);
    long width = hidden.shape().dim(2);
    return switch (this) {
      case MEAN -> matmul(shares(hidden, real), hidden).reshape(batch, width);
      case CLS -> slice(hidden, new long[3], new long[] {batch, 1, width}).reshape(batch, width);
      case POOLER -> model.pooled(hidden);
    };
  }

  /** What each token contributes to the mean, [batch, 1, time]. */
  private static Tensor shares(Tensor hidden, boolean[][] real) {
    int batch = Math.toIntExact(hidden.shape().dim(0));
    int time = Math.toIntExact(hidden.shape().dim(1));
    float[] shares = new float[batch * time];
    for (int b = 0; b < batch; b++) {
      int tokens = 0;
      for (int t = 0; t < time; t++) {
        tokens += real == null || real[b][t] ? 1 : 0;
      }
      for (int t = 0; t < time; t++) {
        shares[b * time + t] = real == null || real[b][t] ? 1f / tokens : 0;
      }
    }
    return hidden.engine().tensor(shares, Shape.of(batch, 1, time));
  }

  /** Rows of x [batch, width] divided by their Euclidean lengths. */
  static Tensor normalised(Tensor x) {
    Tensor length = clamp(norm(x, 1), SHORTEST, Float.MAX_VALUE);
    return div(x, length.reshape(x.shape().dim(0), 1));
  }
}
