package dev.kernite.models.digits;

import dev.kernite.engine.Scope;
import dev.kernite.models.data.DataLoader;
import dev.kernite.models.data.Dataset;
import dev.kernite.models.data.ItemBatch;
import dev.kernite.models.data.LoaderOptions;
import dev.kernite.models.metrics.ConfusionMatrix;
import dev.kernite.models.training.Evaluation;
import dev.kernite.models.training.Judge;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;

/**
 * Pictures that a classifier is judged by and never learns from.
 *
 * @param pictures with a class each
 */
public record DigitHeldOut(Dataset pictures) {
  private static final int BATCH = 500;

  /**
   * How a classifier did.
   *
   * @param nats sum of the negative log-probabilities of the right classes
   * @param matrix which classes were taken for which
   */
  public record Score(double nats, ConfusionMatrix matrix) {}

  /** Scores a classifier. */
  public Score score(DigitClassifier model) {
    ConfusionMatrix matrix = new ConfusionMatrix(model.classes());
    int classes = model.classes().size();
    double nats = 0;
    try (DataLoader batches = new DataLoader(pictures, LoaderOptions.inOrder(BATCH))) {
      for (long step = 0; step < batches.stepsPerEpoch(); step++) {
        ItemBatch batch = batches.batch(step);
        try (Scope _ = model.engine().scope()) {
          DigitClassifier.Reading reading = model.read(batch.items(model.engine()));
          List<Integer> told = reading.labels(classes);
          for (int i = 0; i < batch.size(); i++) {
            int actual = batch.labels().getAtIndex(ValueLayout.JAVA_INT, i);
            matrix.add(actual, told.get(i));
            nats -= logProbability(reading.logits(), i * classes, classes, actual);
          }
        }
      }
    }
    return new Score(nats, matrix);
  }

  private static double logProbability(float[] logits, int from, int classes, int label) {
    double max = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < classes; i++) {
      max = Math.max(max, logits[from + i]);
    }
    double sum = 0;
    for (int i = 0; i < classes; i++) {
      sum += Math.exp(logits[from + i] - max);
    }
    return logits[from + label] - max - Math.log(sum);
  }

  /** A judge that scores a classifier on these pictures. */
  public Judge judge(DigitClassifier model) {
    return step -> {
      Score score = score(model);
      return new Evaluation(
          step, score.nats(), pictures.size(), Map.of("accuracy", score.matrix().accuracy()));
    };
  }
}
