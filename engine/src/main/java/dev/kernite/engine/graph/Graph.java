package dev.kernite.engine.graph;

import dev.kernite.engine.Tensor;
import java.util.List;

/**
 * The tape behind a tensor, to look at: each operation once, with its attributes and the shape of
 * its result, and each tensor that no operation made. Data flows along the edges.
 *
 * @param vertices operations and tensors; the result first
 * @param edges from what is read to what reads it
 * @param omitted operations of the tape that are not shown, those farthest from the result
 */
public record Graph(List<Vertex> vertices, List<Edge> edges, int omitted) {
  /** Operations that are shown unless asked otherwise; more are no picture any more. */
  public static final int DEFAULT_LIMIT = 300;

  /** What a vertex stands for. */
  public enum Kind {
    /** An operation with its result. */
    OPERATION,
    /** A tensor whose gradient backward fills in. */
    PARAMETER,
    /** Any other tensor that is read. */
    INPUT
  }

  /**
   * An operation or a tensor.
   *
   * @param kind which
   * @param title name of the operation or of the tensor
   * @param detail attributes of the operation, as {@code name=value}; empty for tensors and where
   *     all have their defaults
   * @param tensor dtype and shape of the tensor or of the result: {@code F32 [2, 3]}
   */
  public record Vertex(Kind kind, String title, String detail, String tensor) {}

  /**
   * That one vertex reads another.
   *
   * @param from index of the vertex that is read
   * @param to index of the operation that reads it
   * @param label which input it is, and how a view shows it where it is read through one
   */
  public record Edge(int from, int to, String label) {}

  /** Copies the lists. */
  public Graph {
    vertices = List.copyOf(vertices);
    edges = List.copyOf(edges);
  }

  /** The tape behind a tensor. Call it before {@code backward}, which frees the tensors. */
  public static Graph of(Tensor result) {
    return of(result, DEFAULT_LIMIT);
  }

  /**
   * The same with another limit.
   *
   * @param limit most operations to show, at least 1
   */
  public static Graph of(Tensor result, int limit) {
    return new GraphBuilder(limit).build(result);
  }

  /** What is missing in the picture, for people; empty if nothing is. */
  public String note() {
    return omitted == 0
        ? ""
        : "%d more operations, farther from the result, are not shown".formatted(omitted);
  }

  /** The graph in the language of Graphviz: {@code dot -Tpdf graph.dot}. */
  public String toDot() {
    return Dot.of(this);
  }

  /** The graph as a picture that needs no other program: an SVG document. */
  public String toSvg() {
    return Svg.of(this);
  }
}
