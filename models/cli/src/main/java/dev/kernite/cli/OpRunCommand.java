package dev.kernite.cli;

import dev.kernite.engine.Engine;
import dev.kernite.engine.EngineOptions;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.autograd.Node;
import dev.kernite.engine.op.Catalogue;
import dev.kernite.engine.op.Op;
import dev.kernite.kernels.cpu.CpuBackend;
import dev.kernite.kernels.cpu.CpuOptions;
import dev.kernite.kernels.cuda.CudaBackend;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.checkpoint.SafetensorsWriter;
import dev.kernite.models.checkpoint.TensorFiles;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/** {@code op run NAME}: one operation on the tensors of a file, with its gradient on request. */
@Command(
    name = "run",
    description = {
      "Run one operation on the tensors of a file.",
      "Writes 'output' and further results by name; given the tensor 'grad_output' also"
          + " 'grad.INPUT' for each differentiable input."
    })
final class OpRunCommand implements Callable<Integer> {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final Globals globals;

  @Parameters(paramLabel = "NAME", description = "The operation, as in 'op list'.")
  private String name;

  @Option(names = "--inputs", required = true, paramLabel = "F", description = "Input tensors.")
  private Path inputs;

  @Option(names = "--attrs", paramLabel = "JSON", description = "Attributes (default: {}).")
  private String attrs = "{}";

  @Option(names = "--outputs", required = true, paramLabel = "F", description = "Where to write.")
  private Path outputs;

  @Option(
      names = "--variant",
      paramLabel = "V",
      description =
          "Which kernels: scalar or vector on the CPU, a step of the ladder such as 03_shared on"
              + " cuda and cuda-host (default: the fastest).")
  private String variant;

  OpRunCommand(Globals globals) {
    this.globals = globals;
  }

  @Override
  public Integer call() {
    Map<String, Object> attributes = attributes();
    Catalogue.Entry entry = Catalogue.find(name, attributes);
    try (Safetensors file = Safetensors.open(inputs)) {
      OpInputs assigned = OpInputs.assign(entry, file, attributes);
      boolean inspects = entry.attributes().stream().anyMatch(a -> a.name().equals("weights"));
      if (inspects) {
        attributes.putIfAbsent("weights", true); // a file has room for what fused code leaves out
      }
      Op op = Catalogue.create(entry, attributes);
      try (Engine engine = open();
          Arena arena = Arena.ofShared()) {
        SafetensorsWriter results = new SafetensorsWriter();
        SequencedMap<String, Tensor> tensors = run(engine, op, assigned, file);
        tensors.forEach((key, tensor) -> TensorFiles.add(results, key, tensor, arena));
        results.write(outputs);
        report(tensors);
      }
    }
    return ExitCode.OK;
  }

  private Map<String, Object> attributes() {
    try {
      Map<String, Object> read =
          JSON.readValue(attrs, new TypeReference<LinkedHashMap<String, Object>>() {});
      if (read == null) {
        throw new CommandException("--attrs is not a JSON object: " + attrs);
      }
      return read;
    } catch (JacksonException e) {
      throw new CommandException("--attrs is not a JSON object: " + e.getOriginalMessage(), e);
    }
  }

  private Engine open() {
    if (variant == null) {
      return Engine.open(
          EngineOptions.DEFAULT
              .withDevice(globals.device().toString())
              .withThreads(globals.threads()));
    }
    return Engine.on(
        switch (globals.device()) {
          case AUTO, CPU -> twin();
          case CUDA -> CudaBackend.open().use(name, variant);
          case CUDA_HOST -> CudaBackend.openHost().use(name, variant);
        },
        0);
  }

  /** The CPU's kernels in the variant asked for. */
  private CpuBackend twin() {
    CpuOptions options =
        CpuOptions.defaults()
            .withTwin(
                switch (variant) {
                  case "scalar" -> CpuOptions.Twin.SCALAR;
                  case "vector" -> CpuOptions.Twin.VECTOR;
                  default ->
                      throw new CommandException(
                          "--variant "
                              + variant
                              + ": known on the cpu are scalar and vector"
                              + stepsElsewhere());
                });
    return CpuBackend.open(
        globals.threads() == 0 ? options : options.withThreads(globals.threads()));
  }

  private String stepsElsewhere() {
    List<String> steps = CudaBackend.variants(name);
    return steps.isEmpty() ? "" : "; on --device cuda and cuda-host " + String.join(", ", steps);
  }

  /** All results by name. */
  private static SequencedMap<String, Tensor> run(
      Engine engine, Op op, OpInputs assigned, Safetensors file) {
    boolean backward = file.contains(OpInputs.GRAD_OUTPUT);
    SequencedMap<String, Tensor> given = assigned.read(engine, backward);
    Node.Results results = Node.run(op, assigned.arguments(given));
    SequencedMap<String, Tensor> all = new LinkedHashMap<>();
    all.put("output", results.output());
    all.putAll(results.extras());
    if (backward) {
      Tensor upstream = TensorFiles.floats(engine, file.tensor(OpInputs.GRAD_OUTPUT));
      results.output().backward(upstream);
      given.forEach(
          (key, tensor) -> {
            if (tensor.grad() != null) {
              all.put("grad." + key, tensor.grad());
            }
          });
    }
    return all;
  }

  private void report(SequencedMap<String, Tensor> tensors) {
    if (!globals.json()) {
      return;
    }
    List<JsonLine> written = new ArrayList<>();
    tensors.forEach(
        (key, tensor) ->
            written.add(new JsonLine().put("name", key).put("shape", tensor.shape().toArray())));
    new JsonLine().put("op", name).put("outputs", written).print(globals.out());
  }
}
