package dev.kernite.models.transformer;

import dev.kernite.engine.Functional;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;

/** Mean cross-entropy of predicted tokens or classes. */
public final class TokenLoss {
  /** Label of what does not count. */
  public static final int IGNORED = -100;

  private TokenLoss() {}

  /**
   * Of tokens.
   *
   * @param logits [batch, time, vocabSize]
   * @param labels [batch][time], {@link #IGNORED} where nothing is to be predicted
   * @return a scalar, NaN if nothing counts
   * @throws ModelException if the shapes differ, or there is no such token
   */
  public static Tensor of(Tensor logits, int[][] labels) {
    int time = Math.toIntExact(logits.shape().dim(1));
    requireValues("labels", labels.length, logits.shape().dim(0));
    int[] flat = new int[Math.multiplyExact(labels.length, time)];
    for (int b = 0; b < labels.length; b++) {
      requireValues("labels[" + b + "]", labels[b].length, time);
      System.arraycopy(labels[b], 0, flat, b * time, time);
    }
    return of(logits.reshape(flat.length, logits.shape().dim(2)), flat);
  }

  /**
   * Of classes.
   *
   * @param logits [batch, classes]
   * @param labels a class a row, or {@link #IGNORED}
   * @return a scalar, NaN if nothing counts
   */
  public static Tensor of(Tensor logits, int[] labels) {
    requireValues("labels", labels.length, logits.shape().dim(0));
    long classes = logits.shape().dim(1);
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] != IGNORED && (labels[i] < 0 || labels[i] >= classes)) {
        throw new ModelException(
            "labels: value %d is %d, the model knows 0 to %d (and -100 for ignored)"
                .formatted(i, labels[i], classes - 1));
      }
    }
    return Functional.crossEntropy(logits, logits.engine().tensor(labels, Shape.of(labels.length)));
  }

  private static void requireValues(String name, long given, long wanted) {
    if (given != wanted) {
      throw new ModelException(name + " has " + given + " values, " + wanted + " are needed");
    }
  }
}
