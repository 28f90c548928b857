package dev.kernite.models.classification;

import dev.kernite.models.ModelException;
import dev.kernite.models.bert.TokenBatches;
import dev.kernite.models.metrics.ConfusionMatrix;
import dev.kernite.models.training.Evaluation;
import dev.kernite.models.training.Judge;
import dev.kernite.tokenizer.Encoding;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Labelled texts that a classifier is judged by and never learns from. */
public final class LabelledHeldOut {
  private final List<Encoding> texts;
  private final int[] classes;

  /**
   * Collects the texts.
   *
   * @param classes class of each text
   */
  public LabelledHeldOut(List<Encoding> texts, int[] classes) {
    if (texts.isEmpty() || texts.size() != classes.length) {
      throw new ModelException(
          "nothing to evaluate on: %d texts with %d labels"
              .formatted(texts.size(), classes.length));
    }
    this.texts = List.copyOf(texts);
    this.classes = classes.clone();
  }

  /**
   * How a classifier did.
   *
   * @param nats sum of the negative log-probabilities of the right classes
   * @param matrix which classes were taken for which
   */
  public record Score(double nats, ConfusionMatrix matrix) {}

  /** Scores a classifier. */
  public Score score(Classifier model) {
    ConfusionMatrix matrix = new ConfusionMatrix(model.labels());
    int width = model.labels().size();
    double nats = 0;
    for (TokenBatches.Batch batch : TokenBatches.of(texts, model.config())) {
      float[] logits = model.logits(batch.inputs());
      for (int i = 0; i < batch.rows().length; i++) {
        int actual = classes[batch.rows()[i]];
        matrix.add(actual, largest(logits, i * width, width));
        nats += logSumExp(logits, i * width, width) - logits[i * width + actual];
      }
    }
    return new Score(nats, matrix);
  }

  /** A judge that scores a classifier on these texts. */
  public Judge judge(Classifier model) {
    return step -> {
      Score score = score(model);
      Map<String, Double> measures = new LinkedHashMap<>();
      measures.put("accuracy", score.matrix().accuracy());
      measures.put("macro_f1", score.matrix().macroF1());
      return new Evaluation(step, score.nats(), classes.length, measures);
    };
  }

  private static int largest(float[] x, int from, int n) {
    int best = 0;
    for (int i = 1; i < n; i++) {
      best = x[from + i] > x[from + best] ? i : best;
    }
    return best;
  }

  private static double logSumExp(float[] x, int from, int n) {
    double max = x[from + largest(x, from, n)];
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += Math.exp(x[from + i] - max);
    }
    return max + Math.log(sum);
  }
}
