package dev.kernite.models.bert;

import dev.kernite.engine.Functional;
import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;
import java.util.Arrays;

/** What classifiers are trained with whose labels are numbers. */
public final class BertLoss {
  private BertLoss() {}

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
}
