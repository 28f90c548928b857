package dev.kernite.models.checkpoint;

import dev.kernite.models.checkpoint.OnnxGraph.Node;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Gives initializers the names of the parameters they were exported from. Exporters keep the names
 * of vectors and tables, but fold the transposition of a linear layer's matrix into it and number
 * what comes out ({@code onnx::MatMul_787}). The node that multiplies with it was made in the
 * layer's scope, {@code /encoder/layer.0/attention/self/query/MatMul}, and so tells its name; where
 * nodes have no scopes, the bias that is added to the product does. Parameters with equal values
 * may be stored once, the others as Identity nodes.
 */
final class OnnxNames {
  private static final String WEIGHT = ".weight";
  private static final String BIAS = ".bias";

  private static final String AMBIGUOUS = "";

  private final SequencedMap<String, RawTensor> initializers;
  private final SequencedMap<String, StoredTensor> tensors = new LinkedHashMap<>();
  private final SequencedMap<String, String> claims = new LinkedHashMap<>(); // to initializers
  private final Map<String, Node> withoutScope = new HashMap<>(); // MatMuls by their outputs

  private OnnxNames(SequencedMap<String, RawTensor> initializers) {
    this.initializers = initializers;
  }

  /**
   * The tensors of a graph: those that keep their names, then those that were given one, as [out,
   * in].
   */
  static SequencedMap<String, StoredTensor> of(OnnxGraph graph) {
    OnnxNames names = new OnnxNames(graph.initializers());
    graph.initializers().forEach((name, raw) -> names.put(name, raw, false));
    for (Node node : graph.nodes()) {
      switch (node.operator()) {
        case "MatMul" -> names.product(node);
        case "Add" -> names.sum(node);
        default -> names.alias(node);
      }
    }
    names.settle();
    return names.tensors;
  }

  private void product(Node node) {
    if (!isAnonymous(node.second())) {
      return;
    }
    int scope = node.name().lastIndexOf('/');
    if (scope > 0) {
      String path = node.name().substring(node.name().startsWith("/") ? 1 : 0, scope);
      claim(path.replace('/', '.') + WEIGHT, node.second());
    } else {
      withoutScope.put(node.output(), node);
    }
  }

  private void sum(Node node) {
    boolean firstIsProduct = withoutScope.containsKey(node.first());
    Node product = withoutScope.get(firstIsProduct ? node.first() : node.second());
    String bias = firstIsProduct ? node.second() : node.first();
    if (product != null && bias.endsWith(BIAS) && initializers.containsKey(bias)) {
      claim(bias.substring(0, bias.length() - BIAS.length()) + WEIGHT, product.second());
    }
  }

  private void alias(Node node) {
    StoredTensor same = tensors.get(node.first());
    if (same != null && !tensors.containsKey(node.output())) {
      put(node.output(), same.raw(), false);
    }
  }

  /** Whether a name is that of a matrix whose own was lost. */
  private boolean isAnonymous(String name) {
    RawTensor raw = initializers.get(name);
    return raw != null
        && raw.info().shape().length == 2
        && (name.startsWith("onnx::") || name.chars().allMatch(Character::isDigit));
  }

  private void claim(String name, String initializer) {
    claims.merge(name, initializer, (a, b) -> a.equals(b) ? a : AMBIGUOUS);
  }

  /** Two matrices that lay claim to one name keep their numbers: neither may be the right one. */
  private void settle() {
    claims.forEach(
        (name, initializer) -> {
          if (!initializer.equals(AMBIGUOUS) && !tensors.containsKey(name)) {
            tensors.remove(initializer);
            put(name, initializers.get(initializer), true);
          }
        });
  }

  private void put(String name, RawTensor raw, boolean transposed) {
    TensorInfo info = TensorInfo.of(name, raw.info().dtype(), raw.info().shape());
    tensors.put(name, new StoredTensor(new RawTensor(raw.file(), info, raw.data()), transposed));
  }
}
