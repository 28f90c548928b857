package dev.kernite.engine.graph;

import dev.kernite.engine.EngineException;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.autograd.Node;
import dev.kernite.engine.graph.Graph.Edge;
import dev.kernite.engine.graph.Graph.Kind;
import dev.kernite.engine.graph.Graph.Vertex;
import dev.kernite.engine.op.Default;
import dev.kernite.engine.op.Input;
import dev.kernite.engine.op.Op;
import java.lang.reflect.RecordComponent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Walks the tape from the result back, breadth first. */
final class GraphBuilder {
  private static final String OP_ATTRIBUTE = "op";

  private final int limit;
  private final List<Vertex> vertices = new ArrayList<>();
  private final List<Edge> edges = new ArrayList<>();
  private final Map<Object, Integer> indices = new IdentityHashMap<>(); // nodes, and root tensors

  GraphBuilder(int limit) {
    if (limit < 1) {
      throw new EngineException("a graph shows at least 1 operation, not " + limit);
    }
    this.limit = limit;
  }

  Graph build(Tensor result) {
    Tensor root = result.root();
    if (root.producer() == null) {
      vertex(root);
      return new Graph(vertices, edges, 0);
    }
    List<Node> shown = new ArrayList<>();
    int omitted = 0;
    Set<Node> seen = new HashSet<>();
    Deque<Node> open = new ArrayDeque<>();
    open.add(root.producer());
    seen.add(root.producer());
    while (!open.isEmpty()) {
      Node node = open.remove();
      if (shown.size() < limit) {
        shown.add(node);
        indices.put(node, vertices.size());
        vertices.add(operation(node));
      } else {
        omitted++;
      }
      for (Tensor input : node.inputs()) {
        if (input != null && input.producer() != null && seen.add(input.producer())) {
          open.add(input.producer());
        }
      }
    }
    shown.forEach(this::connect);
    return new Graph(vertices, edges, omitted);
  }

  private void connect(Node node) {
    Tensor[] inputs = node.inputs();
    Input[] declared = node.op().getClass().getAnnotationsByType(Input.class);
    for (int i = 0; i < inputs.length; i++) {
      Tensor input = inputs[i];
      if (input == null) {
        continue;
      }
      if (input.producer() == null) {
        vertex(input.root());
      }
      Object source = input.producer() == null ? input.root() : input.producer();
      Integer from = indices.get(source); // null where the limit left it out
      if (from != null) {
        edges.add(new Edge(from, indices.get(node), label(declared, i, input)));
      }
    }
  }

  private static String label(Input[] declared, int i, Tensor input) {
    boolean any = declared[0].value().equals(Input.ANY_NUMBER);
    String name = any ? "#" + i : declared[i].value();
    boolean same = input == input.root() || input.shape().equals(input.root().shape());
    return same ? name : name + " as " + input.shape();
  }

  private static Vertex operation(Node node) {
    String title = node.op().name();
    List<String> attributes = new ArrayList<>();
    for (RecordComponent c : node.op().getClass().getRecordComponents()) {
      String value = value(node.op(), c);
      Default usual = c.getAnnotation(Default.class);
      if (c.getName().equals(OP_ATTRIBUTE)) {
        title = value; // which member of a family it is says more than the family's name
      } else if (usual == null || !same(usual.value(), value)) {
        attributes.add(snake(c.getName()) + "=" + value);
      }
    }
    return new Vertex(Kind.OPERATION, title, String.join(", ", attributes), tensor(node.output()));
  }

  private static String value(Op op, RecordComponent component) {
    try {
      Object value = component.getAccessor().invoke(op);
      String text = String.valueOf(value);
      return value instanceof Enum<?> ? text.toLowerCase(Locale.ROOT) : text;
    } catch (ReflectiveOperationException e) {
      throw new EngineException(op.name() + ": cannot read " + component.getName(), e);
    }
  }

  /** Whether two values are equal as text or as numbers: defaults are written as in JSON. */
  private static boolean same(String a, String b) {
    try {
      return a.equals(b) || Double.compare(Double.parseDouble(a), Double.parseDouble(b)) == 0;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private static String snake(String camel) {
    return camel.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }

  /** Adds a tensor that no operation made, if it is new. */
  private void vertex(Tensor root) {
    if (indices.putIfAbsent(root, vertices.size()) == null) {
      Kind kind = root.requiresGrad() ? Kind.PARAMETER : Kind.INPUT;
      String name = root.name().isEmpty() ? "tensor" : root.name();
      vertices.add(new Vertex(kind, name, "", tensor(root)));
    }
  }

  private static String tensor(Tensor t) {
    return t.dtype() + " " + t.shape();
  }
}
