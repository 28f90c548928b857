package dev.kernite.engine.autograd;

import dev.kernite.engine.Engine;
import dev.kernite.engine.EngineException;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.op.Op;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One recorded operation: the tape is the graph of these, linked by the tensors they produced.
 *
 * <p>Nodes are numbered as they are made, so descending numbers are a topological order: backward
 * visits every node after all that used its result.
 */
public final class Node {
  private static final AtomicLong NUMBERS = new AtomicLong();

  private final long number = NUMBERS.incrementAndGet();
  private final Op op;
  private final Tensor[] inputs;
  private final Tensor output;
  private final List<Tensor> further;
  private final List<Tensor> saved;
  private boolean freed;

  private Node(Op op, Call call) {
    this.op = op;
    this.inputs = call.given().clone();
    this.output = call.output();
    this.further = call.further();
    this.saved = call.saved();
    saved.forEach(t -> t.closeWith(output)); // where backward never comes
  }

  /**
   * The results of an operation.
   *
   * @param output the main result
   * @param extras further results by name
   */
  public record Results(Tensor output, Map<String, Tensor> extras) {}

  /** Runs an operation and records it if a gradient can flow through it. */
  public static Results run(Op op, Tensor... inputs) {
    Engine engine = op.check(inputs);
    Shape shape = resultShape(op, inputs);
    boolean record = engine.isRecording() && anyRequiresGrad(inputs);
    Tensor output = engine.empty(op.resultType(), shape);
    Call call = new Call(engine, inputs, output, record);
    try {
      op.forward(call);
    } catch (RuntimeException e) {
      call.saved().forEach(Tensor::close);
      call.extras().values().forEach(Tensor::close);
      output.close();
      throw e;
    }
    if (record) {
      Node node = new Node(op, call);
      output.setProducer(node);
      call.further().forEach(t -> t.setProducer(node));
    } else {
      call.saved().forEach(Tensor::close);
    }
    return new Results(output, call.extras());
  }

  private static Shape resultShape(Op op, Tensor[] inputs) {
    try {
      return op.shape(shapes(inputs));
    } catch (EngineException e) {
      boolean named = e.getMessage().startsWith(op.label());
      throw named ? e : new EngineException(op.label() + ": " + e.getMessage(), e);
    }
  }

  private static Shape[] shapes(Tensor[] inputs) {
    Shape[] shapes = new Shape[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      shapes[i] = inputs[i] == null ? null : inputs[i].shape();
    }
    return shapes;
  }

  private static boolean anyRequiresGrad(Tensor[] inputs) {
    for (Tensor t : inputs) {
      if (t != null && t.requiresGrad()) {
        return true;
      }
    }
    return false;
  }

  /** The operation with its attributes. */
  public Op op() {
    return op;
  }

  /** The result. */
  public Tensor output() {
    return output;
  }

  /** The inputs, absent ones null. */
  public Tensor[] inputs() {
    return inputs;
  }

  /** Further results that gradients arrive at. */
  List<Tensor> further() {
    return further;
  }

  List<Tensor> saved() {
    return saved;
  }

  /**
   * Fills in the gradients of the leaves below {@code result}, and frees every node on the way:
   * what it saved, and the results of inner nodes. {@code result} itself survives.
   *
   * @param upstream gradient of the final scalar with respect to {@code result}
   */
  public static void backward(Tensor result, Tensor upstream) {
    Tensor root = result.root();
    if (root.producer() == null) {
      throw new EngineException(
          "backward: " + result + " does not depend on any tensor that requires a gradient");
    }
    result.engine().noGrad(() -> propagate(result, upstream));
  }

  private static void propagate(Tensor result, Tensor upstream) {
    Tensor root = result.root();
    Accumulator sums = new Accumulator();
    try {
      sums.add(result, upstream.contiguousCopy().disown());
      for (Node node : ordered(root.producer())) {
        if (node.freed) {
          throw new EngineException(
              "backward ran through this graph before; run the forward pass again");
        }
        Tensor sum = sums.take(node.output);
        List<Tensor> others = node.further.stream().map(sums::take).toList();
        if (sum != null || others.stream().anyMatch(Objects::nonNull)) {
          try (Gradient g = new Gradient(node, sum, others, sums)) {
            node.op.backward(g);
            g.deliver();
          }
        }
        node.free(root);
      }
    } finally {
      sums.clear();
    }
  }

  private void free(Tensor keep) {
    freed = true;
    saved.forEach(Tensor::close);
    free(output, keep);
    further.forEach(t -> free(t, keep));
  }

  private static void free(Tensor result, Tensor keep) {
    if (result != keep) {
      result.close("backward freed it; keep a copy of what is needed later");
    }
  }

  private static List<Node> ordered(Node start) {
    Set<Node> seen = new HashSet<>();
    Deque<Node> open = new ArrayDeque<>();
    List<Node> nodes = new ArrayList<>();
    open.add(start);
    seen.add(start);
    while (!open.isEmpty()) {
      Node n = open.pop();
      nodes.add(n);
      for (Tensor t : n.inputs) {
        if (t != null && t.producer() != null && seen.add(t.producer())) {
          open.add(t.producer());
        }
      }
    }
    nodes.sort(Comparator.comparingLong((Node n) -> n.number).reversed());
    return nodes;
  }
}
