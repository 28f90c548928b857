package dev.kernite.models.metrics;

import dev.kernite.models.ModelException;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How often each class was taken for each, and what follows: accuracy, precision, recall, F1. A
 * ratio without a denominator, such as the recall of a class that never occurs, is 0, as in
 * scikit-learn.
 */
public final class ConfusionMatrix {
  private final List<String> labels;
  private final long[][] counts;

  /**
   * Begins with nothing counted.
   *
   * @param labels names of the classes, at least one
   */
  public ConfusionMatrix(List<String> labels) {
    if (labels.isEmpty()) {
      throw new ModelException("a confusion matrix needs at least one class");
    }
    this.labels = List.copyOf(labels);
    this.counts = new long[labels.size()][labels.size()];
  }

  /**
   * Counts one case.
   *
   * @throws ModelException if there is no such class
   */
  public void add(int actual, int predicted) {
    if (Math.min(actual, predicted) < 0 || Math.max(actual, predicted) >= counts.length) {
      throw new ModelException(
          "class %d taken for %d: there are the classes 0 to %d"
              .formatted(actual, predicted, counts.length - 1));
    }
    counts[actual][predicted]++;
  }

  /** Names of the classes. */
  public List<String> labels() {
    return labels;
  }

  /** How many cases of a class were taken for a class. */
  public long count(int actual, int predicted) {
    return counts[actual][predicted];
  }

  /** Number of cases. */
  public long total() {
    return IntStream.range(0, counts.length).mapToLong(this::support).sum();
  }

  /** Number of cases of a class. */
  public long support(int actual) {
    return IntStream.range(0, counts.length).mapToLong(p -> counts[actual][p]).sum();
  }

  /** Number of cases taken for a class. */
  public long predicted(int label) {
    return IntStream.range(0, counts.length).mapToLong(a -> counts[a][label]).sum();
  }

  /** Part of all cases that were taken for what they are. */
  public double accuracy() {
    return ratio(IntStream.range(0, counts.length).mapToLong(c -> counts[c][c]).sum(), total());
  }

  /** Part of what was taken for a class that is of it. */
  public double precision(int label) {
    return ratio(counts[label][label], predicted(label));
  }

  /** Part of a class that was taken for it. */
  public double recall(int label) {
    return ratio(counts[label][label], support(label));
  }

  /** Harmonic mean of precision and recall of a class. */
  public double f1(int label) {
    return ratio(2 * counts[label][label], support(label) + predicted(label));
  }

  /** Mean of the classes' F1, each class counting alike. */
  public double macroF1() {
    return IntStream.range(0, counts.length).mapToDouble(this::f1).average().orElse(0);
  }

  /** The counts as CSV: a row for each actual class, a column for each predicted one. */
  public String toCsv() {
    StringBuilder csv = new StringBuilder("actual");
    labels.forEach(label -> csv.append(',').append(quoted(label)));
    csv.append('\n');
    for (int a = 0; a < counts.length; a++) {
      csv.append(quoted(labels.get(a)));
      for (long count : counts[a]) {
        csv.append(',').append(count);
      }
      csv.append('\n');
    }
    return csv.toString();
  }

  /** RFC 4180: quoted where the text would not be read as one field. */
  private static String quoted(String text) {
    return text.matches("(?s).*[,\"\r\n].*") ? '"' + text.replace("\"", "\"\"") + '"' : text;
  }

  private static double ratio(long part, long whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }
}
