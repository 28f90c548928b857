package dev.kernite.test.nn;

import static dev.kernite.engine.Functional.add;
import static dev.kernite.engine.Functional.geluErf;
import static dev.kernite.engine.Functional.linear;
import static dev.kernite.engine.Functional.mul;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Engine;
import dev.kernite.engine.EngineException;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.graph.Graph;
import dev.kernite.engine.graph.Graph.Edge;
import dev.kernite.engine.graph.Graph.Kind;
import dev.kernite.engine.graph.Graph.Vertex;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** The picture of the tape shows what was computed, each thing once, and always opens. */
final class GraphTest {
  private Engine engine;
  private Scope scope;

  @BeforeEach
  void open() {
    engine = Engine.open();
    scope = engine.scope();
  }

  @AfterEach
  void close() {
    scope.close();
    engine.close();
  }

  private Tensor parameter(String name, long... shape) {
    return engine.normal(Shape.of(shape), 0, 1).named(name).requireGrad();
  }

  /** {@code x + geluErf(x w^T + b)}: x is read twice. */
  private Tensor residual() {
    Tensor x = engine.normal(Shape.of(2, 4), 0, 1).named("x");
    return add(x, geluErf(linear(x, parameter("w", 4, 4), parameter("b", 4))));
  }

  private static List<String> titles(Graph graph, Kind kind) {
    return graph.vertices().stream()
        .filter(v -> v.kind() == kind)
        .map(Vertex::title)
        .sorted()
        .toList();
  }

  @Test
  void eachOperationAndTensorIsShownOnce() {
    Graph graph = residual().graph();
    assertEquals(List.of("add", "gelu_erf", "linear"), titles(graph, Kind.OPERATION));
    assertEquals(List.of("b", "w"), titles(graph, Kind.PARAMETER));
    assertEquals(List.of("x"), titles(graph, Kind.INPUT));
    assertEquals(6, graph.edges().size());
    assertEquals(0, graph.omitted());
  }

  @Test
  void edgesGoFromWhatIsReadAndNameTheInput() {
    Graph graph = residual().graph();
    List<String> lines = new ArrayList<>();
    for (Edge e : graph.edges()) {
      String from = graph.vertices().get(e.from()).title();
      lines.add(from + " -" + e.label() + "> " + graph.vertices().get(e.to()).title());
    }
    assertTrue(lines.contains("w -weight> linear"), lines::toString);
    assertTrue(lines.contains("x -x> linear"), lines::toString);
    assertTrue(lines.contains("x -a> add"), lines::toString);
    assertTrue(lines.contains("linear -x> gelu_erf"), lines::toString);
  }

  @Test
  void sharedSubexpressionAppearsOnce() {
    Tensor h = geluErf(parameter("p", 3));
    Graph graph = mul(h, add(h, h)).graph();
    assertEquals(List.of("add", "gelu_erf", "mul"), titles(graph, Kind.OPERATION));
    assertEquals(5, graph.edges().size());
  }

  @Test
  void attributesAndShapesAreShownAndViewsAreToldOnTheEdge() {
    Tensor p = parameter("p", 2, 6);
    Graph graph = new dev.kernite.engine.op.Softmax(1).apply(p.reshape(3, 4)).graph();
    Vertex softmax = graph.vertices().getFirst();
    assertEquals(new Vertex(Kind.OPERATION, "softmax", "dim=1", "F32 [3, 4]"), softmax);
    assertEquals("F32 [2, 6]", graph.vertices().get(1).tensor());
    assertEquals("x as [3, 4]", graph.edges().getFirst().label());
  }

  @Test
  void tensorWithoutHistoryIsAGraphOfOne() {
    Graph graph = parameter("lonely", 2).graph();
    assertEquals(List.of("lonely"), titles(graph, Kind.PARAMETER));
    assertEquals(List.of(), graph.edges());
    assertEquals(1, boxes(parse(graph.toSvg())));
  }

  @Test
  void dotHasALineForEachVertexAndEdge() {
    String dot = residual().graph().toDot();
    assertTrue(dot.startsWith("digraph tape {\n") && dot.endsWith("}\n"), dot);
    assertEquals(6, dot.lines().filter(line -> line.matches("  v\\d+ \\[label=.*\\];")).count());
    assertEquals(6, dot.lines().filter(line -> line.matches("  v\\d+ -> v\\d+ .*;")).count());
    assertTrue(dot.contains("[label=\"w\\nF32 [4, 4]\", shape=box, style=filled"), dot);
  }

  @Test
  void svgDrawsEveryVertexAndEdge() {
    Document svg = parse(residual().graph().toSvg());
    assertEquals(6, boxes(svg));
    NodeList paths = svg.getElementsByTagName("path");
    int edges = 0;
    for (int i = 0; i < paths.getLength(); i++) {
      edges += ((Element) paths.item(i)).getAttribute("class").equals("edge") ? 1 : 0;
    }
    assertEquals(6, edges);
  }

  @Test
  void boxesDoNotOverlapAndLieInThePicture() {
    Tensor h = parameter("h", 4, 4);
    Tensor first = h;
    for (int i = 0; i < 6; i++) {
      h = add(first, geluErf(linear(h, parameter("weight with a long name " + i, 4, 4), null)));
    }
    Document svg = parse(h.graph().toSvg());
    double width = Double.parseDouble(svg.getDocumentElement().getAttribute("width"));
    double height = Double.parseDouble(svg.getDocumentElement().getAttribute("height"));
    List<double[]> boxes = new ArrayList<>();
    for (Element e : rectangles(svg)) {
      double x = Double.parseDouble(e.getAttribute("x"));
      double y = Double.parseDouble(e.getAttribute("y"));
      double right = x + Double.parseDouble(e.getAttribute("width"));
      double bottom = y + Double.parseDouble(e.getAttribute("height"));
      assertTrue(x >= 0 && y >= 0 && right <= width && bottom <= height, e.getAttribute("x"));
      for (double[] other : boxes) {
        boolean apart = right <= other[0] || other[1] <= x || bottom <= other[2] || other[3] <= y;
        assertTrue(apart, "two boxes overlap");
      }
      boxes.add(new double[] {x, right, y, bottom});
    }
    assertEquals(25, boxes.size());
  }

  @Test
  void anyNameIsEscaped() {
    String name = "a<b>&\"c\"\\ \u0001 \ud800 ]]> \n end";
    Graph graph = geluErf(parameter(name, 1)).graph();
    Document svg = parse(graph.toSvg());
    assertTrue(svg.getDocumentElement().getTextContent().contains("a<b>&\"c\"\\ "));
    String dot = graph.toDot();
    assertTrue(dot.contains("a<b>&\\\"c\\\"\\\\ "), dot);
    assertFalse(dot.contains("\n end"), "a name must not break a line of the file");
  }

  @Test
  void largeGraphIsCutAndSaysSo() {
    Tensor h = parameter("h", 1);
    for (int i = 0; i < 1000; i++) {
      h = geluErf(h);
    }
    Graph graph = Graph.of(h, 10);
    assertEquals(10, graph.vertices().size());
    assertEquals(9, graph.edges().size());
    assertEquals(990, graph.omitted());
    String note = "990 more operations, farther from the result, are not shown";
    assertEquals(note, graph.note());
    assertTrue(graph.toDot().contains(note));
    assertTrue(parse(graph.toSvg()).getDocumentElement().getTextContent().contains(note));
    assertEquals(Graph.DEFAULT_LIMIT, h.graph().vertices().size());
    assertThrows(EngineException.class, () -> Graph.of(residual(), 0));
  }

  @Test
  void backwardStillWorksAfterALook() {
    Tensor p = parameter("p", 2);
    Tensor y = mul(p, p);
    y.graph().toSvg();
    y.backward(engine.full(Shape.of(2), 1));
    float[] values = p.toFloats();
    float[] gradient = p.grad().toFloats();
    assertEquals(2 * values[0], gradient[0]);
    assertEquals(2 * values[1], gradient[1]);
  }

  private static Document parse(String svg) {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      return factory.newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
    } catch (Exception e) {
      throw new AssertionError("not well-formed: " + e.getMessage() + "\n" + svg, e);
    }
  }

  private static long boxes(Document svg) {
    return rectangles(svg).size();
  }

  /** The boxes, without the background. */
  private static List<Element> rectangles(Document svg) {
    NodeList all = svg.getElementsByTagName("rect");
    List<Element> boxes = new ArrayList<>();
    for (int i = 0; i < all.getLength(); i++) {
      Element e = (Element) all.item(i);
      if (!e.getAttribute("class").isEmpty()) {
        boxes.add(e);
      }
    }
    return boxes;
  }
}
