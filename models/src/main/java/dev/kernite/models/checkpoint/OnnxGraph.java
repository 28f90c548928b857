package dev.kernite.models.checkpoint;

import dev.kernite.models.ModelException;
import dev.kernite.tokenizer.protobuf.ProtobufReader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * What of an ONNX model (ModelProto of onnx.proto) tells about its weights: the initializers, and
 * the nodes that show what they are. Nothing is computed with it.
 */
final class OnnxGraph {
  private final Path file;
  private final MemorySegment mapped;
  private final Arena arena;
  private boolean found;
  private final SequencedMap<String, String> metadata = new LinkedHashMap<>();
  private final SequencedMap<String, RawTensor> initializers = new LinkedHashMap<>();
  private final List<Node> nodes = new ArrayList<>();

  /**
   * A node that may have weights.
   *
   * @param name with the scopes it was made in, such as {@code /encoder/layer.0/output/MatMul}
   * @param operator its op_type: MatMul, Add or Identity
   * @param first its first input, or ""
   * @param second its second input, or ""
   * @param output its first output, or ""
   */
  record Node(String name, String operator, String first, String second, String output) {}

  private OnnxGraph(Path file, MemorySegment mapped, Arena arena) {
    this.file = file;
    this.mapped = mapped;
    this.arena = arena;
  }

  /**
   * Reads a model.
   *
   * @param mapped the file, at most 2 GiB
   * @param arena holds what cannot be used as it lies in the file
   * @throws ModelException if the file breaks a rule of its format
   */
  static OnnxGraph read(Path file, MemorySegment mapped, Arena arena) {
    OnnxGraph graph = new OnnxGraph(file, mapped, arena);
    graph.readModel(
        new ProtobufReader(mapped.asByteBuffer(), file.toString(), ModelException::new));
    if (!graph.found) {
      throw new ModelException(file + ": holds no graph; this is no ONNX model, or it is damaged");
    }
    return graph;
  }

  private void readModel(ProtobufReader in) {
    while (in.next()) {
      switch (in.field()) {
        case 2 -> metadata.put("producer_name", in.string());
        case 3 -> metadata.put("producer_version", in.string());
        case 7 -> readGraph(in.message("graph"));
        case 14 -> readProperty(in.message("metadata_props"));
        default -> in.skip();
      }
    }
  }

  private void readProperty(ProtobufReader in) {
    String key = "";
    String value = "";
    while (in.next()) {
      switch (in.field()) {
        case 1 -> key = in.string();
        case 2 -> value = in.string();
        default -> in.skip();
      }
    }
    metadata.put(key, value);
  }

  private void readGraph(ProtobufReader in) {
    found = true;
    while (in.next()) {
      switch (in.field()) {
        case 1 -> readNode(in.message("node"));
        case 5 -> readInitializer(in.message("initializer"));
        default -> in.skip();
      }
    }
  }

  private void readInitializer(ProtobufReader in) {
    RawTensor tensor = OnnxTensor.read(in, file, mapped, arena);
    String name = tensor.info().name();
    if (initializers.put(name, tensor) != null) {
      throw in.error("tensor " + Describe.name(name) + " is there twice");
    }
  }

  private void readNode(ProtobufReader in) {
    String name = "";
    String operator = "";
    String output = "";
    String[] inputs = {"", ""};
    int inputCount = 0;
    int outputCount = 0;
    while (in.next()) {
      switch (in.field()) {
        case 1 -> {
          String input = in.string();
          if (inputCount < inputs.length) {
            inputs[inputCount++] = input;
          }
        }
        case 2 -> {
          String each = in.string();
          output = outputCount++ == 0 ? each : output;
        }
        case 3 -> name = in.string();
        case 4 -> operator = in.string();
        default -> in.skip();
      }
    }
    switch (operator) {
      case "MatMul", "Add", "Identity" ->
          nodes.add(new Node(name, operator, inputs[0], inputs[1], output));
      default -> {
        // has no weights that need a name
      }
    }
  }

  /** The strings beside the graph; the producer among them. */
  SequencedMap<String, String> metadata() {
    return metadata;
  }

  /** The initializers by their names. */
  SequencedMap<String, RawTensor> initializers() {
    return initializers;
  }

  /**
   * MatMul, Add and Identity nodes, in the order of the file: inputs before those that use them.
   */
  List<Node> nodes() {
    return nodes;
  }
}
