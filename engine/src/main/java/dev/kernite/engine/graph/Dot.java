package dev.kernite.engine.graph;

import dev.kernite.engine.graph.Graph.Edge;
import dev.kernite.engine.graph.Graph.Vertex;

/** The graph for Graphviz. */
final class Dot {
  private Dot() {}

  static String of(Graph graph) {
    StringBuilder text = new StringBuilder("digraph tape {\n  node [fontname=\"sans-serif\"];\n");
    if (graph.omitted() > 0) {
      text.append("  label=").append(quoted(graph.note())).append(";\n");
    }
    for (int i = 0; i < graph.vertices().size(); i++) {
      Vertex v = graph.vertices().get(i);
      String label =
          v.title() + (v.detail().isEmpty() ? "" : "\n" + v.detail()) + "\n" + v.tensor();
      text.append("  v%d [label=%s, %s];%n".formatted(i, quoted(label), style(v)));
    }
    for (Edge e : graph.edges()) {
      text.append("  v%d -> v%d [label=%s];%n".formatted(e.from(), e.to(), quoted(e.label())));
    }
    return text.append("}\n").toString();
  }

  private static String style(Vertex v) {
    return switch (v.kind()) {
      case OPERATION -> "shape=box, style=rounded";
      case PARAMETER -> "shape=box, style=filled, fillcolor=\"#fde7c2\"";
      case INPUT -> "shape=box, style=filled, fillcolor=\"#e3ecf7\"";
    };
  }

  private static String quoted(String label) {
    String escaped = label.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    return "\"" + escaped + "\"";
  }
}
