package dev.kernite.bench.compare;

import dev.kernite.bench.compare.Result.Row;
import dev.kernite.kernels.Roofs;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The results as an SVG drawing: on top, for each number of threads, the roofline with every row in
 * its place; below, the ratios of each kind of work, a tick a row and a bar to their mean.
 */
final class Picture {
  private static final double PANEL_WIDTH = 520;
  private static final double PANEL_HEIGHT = 340;
  private static final double MARGIN = 60;
  private static final double BAR_HEIGHT = 18;
  private static final double LABEL_WIDTH = 300;
  private static final double LEGEND_WIDTH = 105;
  private static final double[] INTENSITIES = {0.125, 1024}; // operations a byte
  private static final double[] RATIOS = {0.25, 16};

  private static final String STYLE =
      """
      <style>
      text { font: 12px sans-serif; fill: #1d2733; }
      .head { font-weight: bold; font-size: 14px; }
      .small { font-size: 10px; fill: #51606f; }
      .roof { stroke: #46566a; stroke-width: 2; fill: none; }
      .grid { stroke: #e3e8ee; }
      .par { stroke: #1d2733; }
      .Kernite { fill: #d9480f; } .OpenBLAS, .cuBLAS { fill: #1c7ed6; } .LibTorch, .PyTorch { fill: #2f9e44; }
      .ONNX-Runtime, .HF-tokenizers { fill: #7048e8; } .langchain4j { fill: #c2255c; }
      .ahead { fill: #f3b391; } .behind { fill: #b9c2cc; }
      .tick { stroke: #1d2733; stroke-width: 1; }
      </style>
      """;

  private final Report report;
  private final StringBuilder svg = new StringBuilder();
  private final double[] speeds; // GF/s at the ends of the axis

  private Picture(Report report) {
    this.report = report;
    double peak = report.roofs().values().stream().mapToDouble(Roofs::flops).max().orElse(0) / 1e9;
    double highest = 1024;
    while (highest < peak) {
      highest *= 4;
    }
    speeds = new double[] {highest / 2048, highest};
  }

  static String of(Report report) {
    return new Picture(report).draw();
  }

  private String draw() {
    List<Integer> threads = new ArrayList<>(report.roofs().keySet());
    List<Summary> summaries = Summary.of(report.results());
    double width =
        Math.max(threads.size() * (PANEL_WIDTH + MARGIN), LABEL_WIDTH + PANEL_WIDTH) + MARGIN;
    double barsTop = PANEL_HEIGHT + 3 * MARGIN;
    double height = barsTop + (summaries.size() + 3) * BAR_HEIGHT;
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\">%n",
        width, height, width);
    add("<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>%n");
    svg.append(STYLE);
    text("head", MARGIN, 24, report.machine().title() + ", " + report.date());
    legend(width - 20, 24);
    for (int i = 0; i < threads.size(); i++) {
      roofline(threads.get(i), MARGIN + i * (PANEL_WIDTH + MARGIN), MARGIN);
    }
    if (!summaries.isEmpty()) {
      bars(summaries, barsTop);
    }
    return svg.append("</svg>\n").toString();
  }

  private void legend(double right, double y) {
    List<String> engines =
        report.results().stream()
            .flatMap(result -> result.scores().stream().map(Score::engine))
            .distinct()
            .toList();
    double x = right - LEGEND_WIDTH * engines.size();
    for (String engine : engines) {
      add("<circle class=\"%s\" cx=\"%.0f\" cy=\"%.0f\" r=\"4\"/>%n", engine, x, y - 4);
      text("", x + 8, y, engine);
      x += LEGEND_WIDTH;
    }
  }

  // The roofline.

  private void roofline(int threads, double left, double top) {
    Roofs roofs = report.roofs().get(threads);
    String title = Report.threads(threads);
    text(
        "head",
        left,
        top - 10,
        String.format(
            Locale.ROOT,
            "%s: peak %.0f GF/s, %.1f GB/s",
            title,
            roofs.flops() / 1e9,
            roofs.bytes() / 1e9));
    for (double i = INTENSITIES[0]; i <= INTENSITIES[1]; i *= 8) {
      double x = left + across(i);
      line("grid", x, top, x, top + PANEL_HEIGHT);
      text("small", x - 8, top + PANEL_HEIGHT + 14, plain(i));
    }
    for (double s = 2 * speeds[0]; s <= speeds[1]; s *= 4) {
      double y = top + down(s);
      line("grid", left, y, left + PANEL_WIDTH, y);
      text("small", left - 26, y + 4, plain(s));
    }
    text(
        "small",
        left + PANEL_WIDTH - 190,
        top + PANEL_HEIGHT + 30,
        "operations a byte of operands");
    text("small", left - 40, top - 24, "GF/s");
    double peak = roofs.flops() / 1e9;
    double ridge = roofs.flops() / roofs.bytes();
    double start = INTENSITIES[0] * roofs.bytes() / 1e9;
    add(
        "<polyline class=\"roof\" points=\"%.1f,%.1f %.1f,%.1f %.1f,%.1f\"/>%n",
        left,
        top + down(start),
        left + across(ridge),
        top + down(peak),
        left + PANEL_WIDTH,
        top + down(peak));
    for (Result result : report.results()) {
      if (result.threads() == threads) {
        result.scores().forEach(score -> dot(result, score, left, top));
      }
    }
  }

  private void dot(Result r, Score score, double left, double top) {
    if (r.flops() == 0) {
      return; // waiting is no computing
    }
    double seconds = score.timing().quoted(r.threads()).median();
    double speed = r.flops() / seconds / 1e9;
    add(
        "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%s\" fill-opacity=\"0.75\"><title>%s</title>"
            + "</circle>%n",
        score.engine(),
        left + across(r.flops() / score.bytes()),
        top + down(speed),
        score.ours() ? "4" : "3",
        escaped(
            String.format(
                Locale.ROOT,
                "%s %s, %s %s: %.1f GF/s",
                r.op(),
                r.shape(),
                score.engine(),
                score.variant(),
                speed)));
  }

  private static double across(double intensity) {
    return PANEL_WIDTH * part(intensity, INTENSITIES);
  }

  private double down(double speed) {
    return PANEL_HEIGHT * (1 - part(speed, speeds));
  }

  /** Where a value lies between the ends of a logarithmic axis, 0 to 1. */
  private static double part(double value, double[] ends) {
    double at = Math.log(value / ends[0]) / Math.log(ends[1] / ends[0]);
    return Math.clamp(at, 0, 1);
  }

  // The bars.

  private void bars(List<Summary> summaries, double top) {
    text("head", MARGIN, top - 10, "Time of the peer / time of Kernite: mean, and each row");
    double bottom = top + summaries.size() * BAR_HEIGHT;
    for (double ratio = RATIOS[0]; ratio <= RATIOS[1]; ratio *= 2) {
      double x = LABEL_WIDTH + along(ratio);
      line(ratio == 1 ? "par" : "grid", x, top, x, bottom);
      text("small", x - 6, bottom + 12, plain(ratio));
    }
    double y = top;
    for (Summary s : summaries) {
      bar(s, y);
      y += BAR_HEIGHT;
    }
  }

  private void bar(Summary s, double y) {
    double from = Math.min(along(1), along(s.mean()));
    double to = Math.max(along(1), along(s.mean()));
    text(
        "small",
        MARGIN,
        y + 13,
        "%s, %s, %s".formatted(s.kind(), Report.threads(s.threads()), s.peer()));
    add(
        "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.0f\"/>%n",
        s.mean() >= 1 ? "ahead" : "behind", LABEL_WIDTH + from, y + 3, to - from, BAR_HEIGHT - 6);
    for (Result result : report.results()) {
      for (Row row : result.rows()) {
        boolean mine =
            row.peer() != null
                && row.kind().equals(s.kind())
                && result.threads() == s.threads()
                && row.peer().engine().equals(s.peer());
        if (mine) {
          double x = LABEL_WIDTH + along(row.ratio());
          line("tick", x, y + 4, x, y + BAR_HEIGHT - 4);
        }
      }
    }
    String mean = String.format(Locale.ROOT, "%.2f", s.mean());
    text("small", LABEL_WIDTH + PANEL_WIDTH + 8, y + 13, mean);
  }

  private static double along(double ratio) {
    return PANEL_WIDTH * part(ratio, RATIOS);
  }

  // SVG.

  private void line(String type, double x1, double y1, double x2, double y2) {
    add(
        "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>%n",
        type, x1, y1, x2, y2);
  }

  private void text(String type, double x, double y, String text) {
    add("<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>%n", type, x, y, escaped(text));
  }

  private static String plain(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values));
  }
}
