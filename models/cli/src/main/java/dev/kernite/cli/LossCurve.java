package dev.kernite.cli;

import dev.kernite.models.checkpoint.AtomicFiles;
import dev.kernite.models.training.Evaluation;
import dev.kernite.models.training.TrainingLog;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import org.knowm.xchart.ChartEncoder;
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
    System.setProperty("java.awt.headless", "true");
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH_PIXELS)
            .height(HEIGHT_PIXELS)
            .xAxisTitle("step")
            .yAxisTitle("loss (nats a token)")
            .build();
    chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideNE);
    List<TrainingLog.Entry> finite =
        log.stream().filter(entry -> Double.isFinite(entry.loss())).toList();
    if (finite.isEmpty()) {
      return;
    }
    chart
        .addSeries(
            "training",
            finite.stream().mapToDouble(TrainingLog.Entry::step).toArray(),
            finite.stream().mapToDouble(TrainingLog.Entry::loss).toArray())
        .setMarker(SeriesMarkers.NONE)
        .setLineWidth(1);
    List<Evaluation> judged =
        evaluations.stream().filter(e -> Double.isFinite(e.score().mean())).toList();
    if (!judged.isEmpty()) {
      chart.addSeries(
          "held out",
          judged.stream().mapToDouble(Evaluation::step).toArray(),
          judged.stream().mapToDouble(e -> e.score().mean()).toArray());
    }
    try {
      AtomicFiles.write(png, ChartEncoder.getBytes(chart, "png"));
    } catch (IOException e) {
      throw new CommandException(png + ": cannot be drawn: " + e.getMessage(), e);
    } catch (LinkageError | InternalError e) { // Java's fonts need fontconfig and freetype
      err.println("warning: " + png + " is left out; install fontconfig and a font (" + e + ")");
    }
  }
}
