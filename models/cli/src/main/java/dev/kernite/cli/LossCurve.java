package dev.kernite.cli;

import dev.kernite.models.training.Evaluation;
import dev.kernite.models.training.TrainingLog;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The loss of a run over its steps, as a picture. */
final class LossCurve {
  private static final int WIDTH_PIXELS = 900;
  private static final int HEIGHT_PIXELS = 540;

  private LossCurve() {}

  /**
   * Draws the training loss, and the held-out loss where there is one. A machine that cannot draw
   * text gets a warning instead: the training it pictures is done.
   */
  static void draw(
      List<TrainingLog.Entry> log, List<Evaluation> evaluations, Path png, PrintStream err) {
    List<TrainingLog.Entry> finite =
        log.stream().filter(entry -> Double.isFinite(entry.loss())).toList();
    if (!finite.isEmpty()) {
      Pictures.write(() -> chart(finite, evaluations), png, err);
    }
  }

  /** Room for the longest number of steps. */
  private static final int TICK_PIXELS = 100;

  private static XYChart chart(List<TrainingLog.Entry> log, List<Evaluation> evaluations) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH_PIXELS)
            .height(HEIGHT_PIXELS)
            .xAxisTitle("step")
            .yAxisTitle("loss (nats)")
            .build();
    chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideNE);
    chart.getStyler().setXAxisTickMarkSpacingHint(TICK_PIXELS);
    chart
        .addSeries(
            "training",
            log.stream().mapToDouble(TrainingLog.Entry::step).toArray(),
            log.stream().mapToDouble(TrainingLog.Entry::loss).toArray())
        .setMarker(SeriesMarkers.NONE)
        .setLineWidth(1);
    List<Evaluation> judged = evaluations.stream().filter(e -> Double.isFinite(e.loss())).toList();
    if (!judged.isEmpty()) {
      chart.addSeries(
          "held out",
          judged.stream().mapToDouble(Evaluation::step).toArray(),
          judged.stream().mapToDouble(Evaluation::loss).toArray());
    }
    return chart;
  }
}
