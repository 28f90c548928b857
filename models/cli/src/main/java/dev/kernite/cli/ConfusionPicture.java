package dev.kernite.cli;

import dev.kernite.models.metrics.ConfusionMatrix;
import java.awt.Color;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.HeatMapChartBuilder;

/** A confusion matrix as a heat map. */
final class ConfusionPicture {
  private static final int WIDTH_PIXELS = 720;
  private static final int HEIGHT_PIXELS = 600;

  /** Of the largest count; light enough for its number to be read. */
  private static final Color FULL = new Color(110, 160, 220);

  private ConfusionPicture() {}

  /** Draws it; a machine that cannot draw text gets a warning instead. */
  static void draw(ConfusionMatrix matrix, Path png, PrintStream err) {
    Pictures.write(() -> chart(matrix), png, err);
  }

  private static HeatMapChart chart(ConfusionMatrix matrix) {
    HeatMapChart chart =
        new HeatMapChartBuilder()
            .width(WIDTH_PIXELS)
            .height(HEIGHT_PIXELS)
            .xAxisTitle("taken for")
            .yAxisTitle("actual class")
            .build();
    chart.getStyler().setShowValue(true);
    chart.getStyler().setRangeColors(new Color[] {Color.WHITE, FULL});
    int classes = matrix.labels().size();
    List<Number[]> cells = new ArrayList<>();
    for (int a = 0; a < classes; a++) {
      for (int p = 0; p < classes; p++) {
        // The axis points up; the first class belongs at the top, as in the printed matrix.
        cells.add(new Number[] {p, classes - 1 - a, matrix.count(a, p)});
      }
    }
    chart.addSeries("texts", matrix.labels(), matrix.labels().reversed(), cells);
    return chart;
  }
}
