package dev.kernite.cli;

import dev.kernite.models.metrics.ConfusionMatrix;
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
    List<Number[]> cells = new ArrayList<>();
    for (int a = 0; a < matrix.labels().size(); a++) {
      for (int p = 0; p < matrix.labels().size(); p++) {
        cells.add(new Number[] {p, a, matrix.count(a, p)});
      }
    }
    chart.addSeries("texts", matrix.labels(), matrix.labels(), cells);
    return chart;
  }
}
