package dev.kernite.cli;

import dev.kernite.models.training.StepLog;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The losses of a GAN's run over its steps, as a picture. */
final class GanCurves {
  private static final int WIDTH_PIXELS = 900;
  private static final int HEIGHT_PIXELS = 540;

  /** Points a curve; steps between them are averaged. */
  private static final int POINTS = 450;

  private GanCurves() {}

  static void draw(Path log, Path png, PrintStream err) {
    List<StepLog.Row> rows =
        StepLog.read(log, List.of("d_loss", "g_loss")).stream()
            .filter(row -> Double.isFinite(row.values().get(1)))
            .toList();
    if (!rows.isEmpty()) {
      Pictures.write(() -> chart(rows), png, err);
    }
  }

  private static XYChart chart(List<StepLog.Row> rows) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH_PIXELS)
            .height(HEIGHT_PIXELS)
            .xAxisTitle("step")
            .yAxisTitle("loss")
            .build();
    chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideNE);
    if (rows.stream().allMatch(row -> Double.isFinite(row.values().get(0)))) {
      add(chart, "discriminator", rows, row -> row.values().get(0));
    }
    add(chart, "generator", rows, row -> row.values().get(1));
    return chart;
  }

  private static void add(
      XYChart chart, String name, List<StepLog.Row> rows, ToDoubleFunction<StepLog.Row> value) {
    int points = Math.min(POINTS, rows.size());
    double[] x = new double[points];
    double[] y = new double[points];
    for (int i = 0; i < points; i++) {
      List<StepLog.Row> part =
          rows.subList(
              (int) ((long) i * rows.size() / points), (int) ((i + 1L) * rows.size() / points));
      x[i] = part.stream().mapToDouble(StepLog.Row::step).average().orElseThrow();
      y[i] = part.stream().mapToDouble(value).average().orElseThrow();
    }
    chart.addSeries(name, x, y).setMarker(SeriesMarkers.NONE).setLineWidth(1);
  }
}
