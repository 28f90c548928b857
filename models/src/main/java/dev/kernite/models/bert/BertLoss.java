package dev.kernite.models.bert;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Functional;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;
import java.util.Arrays;

/** What the heads are trained with. */
public final class BertLoss {
  /** Label of a token that does not count. */
  public static final int IGNORED = -100;

  private BertLoss() {}

  /**
   * Mean cross-entropy of the tokens that were masked.
   *
   * @param logits [batch, time, vocabSize]
   * @param labels [batch][time], {@link #IGNORED} where nothing is to be predicted
   * @return a scalar, NaN if nothing counts
   */
  public static Tensor maskedLm(Tensor logits, int[][] labels) {
    long vocabulary = logits.shape().dim(2);
    long tokens = logits.shape().dim(0) * logits.shape().dim(1);
    int[] flat = new int[Math.toIntExact(tokens)];
    int time = Math.toIntExact(logits.shape().dim(1));
    requireRows("labels", labels.length, logits.shape().dim(0));
    for (int b = 0; b < labels.length; b++) {
      requireRows("labels[" + b + "]", labels[b].length, time);
      System.arraycopy(labels[b], 0, flat, b * time, time);
    }
    return crossEntropy(logits.reshape(tokens, vocabulary), flat);
  }

  /**
   * Mean cross-entropy of classes.
   *
   * @param logits [batch, classes]
   * @param labels a class a row, or {@link #IGNORED}
   */
  public static Tensor classes(Tensor logits, int[] labels) {
    requireRows("labels", labels.length, logits.shape().dim(0));
    return crossEntropy(logits, labels);
  }

  private static Tensor crossEntropy(Tensor logits, int[] labels) {
    long classes = logits.shape().dim(1);
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] != IGNORED && (labels[i] < 0 || labels[i] >= classes)) {
        throw new ModelException(
            "labels: value "
                + i
                + " is "
                + labels[i]
                + ", the model knows 0 to "
                + (classes - 1)
                + " (and -100 for ignored)");
      }
    }
    Engine engine = logits.engine();
    return Functional.crossEntropy(logits, engine.tensor(labels, Shape.of(labels.length)));
  }

  /**
   * The loss of a classifier whose labels are numbers: mean squared error of a regression, binary
   * cross-entropy of independent classes.
   *
   * @param logits [batch, classes]
   * @param labels as many values
   */
  public static Tensor values(Tensor logits, float[] labels, BertConfig.Problem problem) {
    if (labels.length != logits.size()) {
      throw new ModelException(
          "labels: %d values for logits %s; give one for each"
              .formatted(labels.length, Arrays.toString(logits.shape().toArray())));
    }
    Tensor y = logits.engine().tensor(labels, logits.shape());
    return problem == BertConfig.Problem.REGRESSION
        ? Functional.mse(logits, y)
        : Functional.bceWithLogits(logits, y);
  }

  private static void requireRows(String name, long given, long wanted) {
    if (given != wanted) {
      throw new ModelException(name + " has " + given + " values, " + wanted + " are needed");
    }
  }
}
