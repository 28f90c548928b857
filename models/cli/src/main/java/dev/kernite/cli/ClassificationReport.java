package dev.kernite.cli;

import dev.kernite.models.checkpoint.AtomicFiles;
import dev.kernite.models.metrics.ConfusionMatrix;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How good a classifier is: accuracy, precision, recall and F1, and the confusion matrix; for
 * people, as {@code metrics.json}, {@code confusion.csv} and {@code confusion.png}.
 *
 * @param part of the data that it was judged by
 */
record ClassificationReport(String part, ConfusionMatrix matrix) {
  private static final int LONGEST_NAME = 24;

  /** Prints the figures and the matrix. */
  ClassificationReport print(PrintStream err) {
    say(
        err,
        "%s: %d examples, accuracy %.4f, macro F1 %.4f",
        part,
        matrix.total(),
        matrix.accuracy(),
        matrix.macroF1());
    List<String> labels = matrix.labels();
    int width =
        Math.max(9, labels.stream().map(this::shortened).mapToInt(String::length).max().orElse(0));
    StringBuilder head = new StringBuilder(cell("actual", width) + cell("precision", 11));
    head.append(cell("recall", 9)).append(cell("F1", 9)).append("  taken for");
    labels.forEach(label -> head.append(cell(shortened(label), width + 2)));
    say(err, "%s", head);
    for (int a = 0; a < labels.size(); a++) {
      StringBuilder row = new StringBuilder(cell(shortened(labels.get(a)), width));
      row.append(cell(figure(matrix.precision(a)), 11)).append(cell(figure(matrix.recall(a)), 9));
      row.append(cell(figure(matrix.f1(a)), 9)).append("           ");
      for (int p = 0; p < labels.size(); p++) {
        row.append(cell(Long.toString(matrix.count(a, p)), width + 2));
      }
      say(err, "%s", row);
    }
    return this;
  }

  /** Writes the files. */
  void write(Path out, PrintStream err) {
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    json(part, matrix).print(new PrintStream(json, true, StandardCharsets.UTF_8));
    AtomicFiles.write(out.resolve("metrics.json"), json.toByteArray());
    AtomicFiles.write(out.resolve("confusion.csv"), matrix.toCsv());
    ConfusionPicture.draw(matrix, out.resolve("confusion.png"), err);
  }

  /** The figures by name; the matrix has a row for each actual class. */
  static JsonLine json(String part, ConfusionMatrix matrix) {
    JsonLine classes = new JsonLine();
    List<Object> rows = new ArrayList<>();
    for (int a = 0; a < matrix.labels().size(); a++) {
      classes.put(
          matrix.labels().get(a),
          new JsonLine()
              .put("precision", matrix.precision(a))
              .put("recall", matrix.recall(a))
              .put("f1", matrix.f1(a))
              .put("support", matrix.support(a)));
      long[] row = new long[matrix.labels().size()];
      for (int p = 0; p < row.length; p++) {
        row[p] = matrix.count(a, p);
      }
      rows.add(row);
    }
    return new JsonLine()
        .put("part", part)
        .put("texts", matrix.total())
        .put("accuracy", matrix.accuracy())
        .put("macro_f1", matrix.macroF1())
        .put("labels", matrix.labels())
        .put("classes", classes)
        .put("confusion", rows);
  }

  private String shortened(String label) {
    return label.length() <= LONGEST_NAME ? label : label.substring(0, LONGEST_NAME - 1) + "~";
  }

  private static String figure(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }

  private static String cell(String text, int width) {
    return " ".repeat(Math.max(0, width - text.length())) + text;
  }

  private static void say(PrintStream err, String format, Object... values) {
    err.println(String.format(Locale.ROOT, format, values));
  }
}
