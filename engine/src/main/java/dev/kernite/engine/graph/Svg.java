package dev.kernite.engine.graph;

import dev.kernite.engine.graph.Graph.Kind;
import dev.kernite.engine.graph.Graph.Vertex;
import dev.kernite.engine.graph.Layout.Place;
import java.util.List;
import java.util.Locale;

/** The graph as a drawing: data flows from top to bottom. */
final class Svg {
  private static final double MARGIN = 20;
  private static final double BOX_HEIGHT = 56;
  private static final double LAYER_HEIGHT = 104;
  private static final double NOTE_HEIGHT = 24;
  private static final double CHARACTER_WIDTH = 7.2; // of the 12 px font, generously
  private static final double NARROWEST = 60;
  private static final int LONGEST_TEXT = 60;

  private static final String STYLE =
      """
      <style>
      text { font: 12px sans-serif; fill: #1d2733; text-anchor: middle; }
      .title { font-weight: bold; }
      .detail { font-size: 11px; fill: #51606f; }
      .edge { fill: none; stroke: #8593a1; stroke-width: 1.3; }
      .label { font-size: 10px; fill: #6b7885; text-anchor: start; }
      .operation { fill: #ffffff; stroke: #46566a; }
      .parameter { fill: #fde7c2; stroke: #b7791f; }
      .input { fill: #e3ecf7; stroke: #4a6fa5; }
      .note { text-anchor: start; }
      </style>
      <defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"
       orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="#8593a1"/></marker></defs>
      """;

  private Svg() {}

  static String of(Graph graph) {
    double[] widths = graph.vertices().stream().mapToDouble(Svg::width).toArray();
    Layout layout = new Layout(graph, widths);
    double width = Math.max(layout.width(), graph.note().length() * CHARACTER_WIDTH) + 2 * MARGIN;
    double height = (layout.layers() - 1) * LAYER_HEIGHT + BOX_HEIGHT + 2 * MARGIN;
    if (graph.omitted() > 0) {
      height += NOTE_HEIGHT;
    }
    StringBuilder svg = new StringBuilder();
    line(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\""
            + " viewBox=\"0 0 %.0f %.0f\">%n",
        width,
        height,
        width,
        height);
    svg.append("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n").append(STYLE);
    for (int i = 0; i < graph.edges().size(); i++) {
      edge(svg, layout.paths().get(i), graph.edges().get(i).label());
    }
    for (int i = 0; i < graph.vertices().size(); i++) {
      box(svg, graph.vertices().get(i), layout.vertices().get(i));
    }
    if (graph.omitted() > 0) {
      text(svg, "note", MARGIN, height - MARGIN / 2, graph.note());
    }
    return svg.append("</svg>\n").toString();
  }

  private static double width(Vertex v) {
    int longest =
        Math.max(
            Math.max(shortened(v.title()).length(), shortened(v.detail()).length()),
            v.tensor().length());
    return Math.max(NARROWEST, longest * CHARACTER_WIDTH + 16);
  }

  private static double top(Place place) {
    return MARGIN + place.layer * LAYER_HEIGHT;
  }

  private static void box(StringBuilder svg, Vertex v, Place place) {
    double x = MARGIN + place.x;
    double y = top(place);
    line(
        svg,
        "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.0f\" rx=\"%d\"/>%n",
        v.kind().name().toLowerCase(Locale.ROOT),
        x - place.width / 2,
        y,
        place.width,
        BOX_HEIGHT,
        v.kind() == Kind.OPERATION ? 10 : 2);
    boolean three = !v.detail().isEmpty();
    text(svg, "title", x, y + (three ? 16 : 24), shortened(v.title()));
    if (three) {
      text(svg, "detail", x, y + 32, shortened(v.detail()));
    }
    text(svg, "detail", x, y + (three ? 48 : 42), v.tensor());
  }

  /** A chain of curves that leave and arrive upright. */
  private static void edge(StringBuilder svg, List<Place> path, String label) {
    StringBuilder d = new StringBuilder();
    double x = MARGIN + path.getFirst().x;
    double y = top(path.getFirst()) + BOX_HEIGHT;
    line(d, "M%.1f,%.1f", x, y);
    for (Place next : path.subList(1, path.size())) {
      double toX = MARGIN + next.x;
      double toY = top(next);
      double half = (y + toY) / 2;
      line(d, " C%.1f,%.1f %.1f,%.1f %.1f,%.1f", x, half, toX, half, toX, toY);
      x = toX;
      y = toY;
      if (next != path.getLast()) {
        y += BOX_HEIGHT; // straight past the boxes of this layer
        line(d, " V%.1f", y);
      }
    }
    line(svg, "<path class=\"edge\" d=\"%s\" marker-end=\"url(#tip)\"/>%n", d);
    double startX = MARGIN + path.get(path.size() - 2).x;
    // Beside the last curve, near its start, where the curves of one operation are still apart.
    double labelX = x + (startX - x) * 0.78 + 4;
    text(svg, "label", labelX, y - (LAYER_HEIGHT - BOX_HEIGHT) * 0.6, label);
  }

  private static void text(StringBuilder svg, String type, double x, double y, String text) {
    line(svg, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>%n", type, x, y, escaped(text));
  }

  private static String shortened(String text) {
    return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT - 1) + "…";
  }

  /** As character data of XML, without the control characters that XML has no form for. */
  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replaceAll("[\\p{Cntrl}\\uFFFE\\uFFFF]|\\p{Cs}", "\uFFFD");
  }

  private static void line(StringBuilder svg, String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values));
  }
}
