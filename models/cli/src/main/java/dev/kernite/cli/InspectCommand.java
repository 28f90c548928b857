package dev.kernite.cli;

import dev.kernite.models.checkpoint.TensorInfo;
import dev.kernite.models.checkpoint.WeightFile;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code inspect FILE}: what a safetensors or ONNX file holds; reads its descriptions only. */
@Command(
    name = "inspect",
    description = "List the tensors and the metadata of a safetensors or ONNX file.")
final class InspectCommand implements Callable<Integer> {
  private final Globals globals;

  @Parameters(paramLabel = "FILE", description = "A safetensors file, or an .onnx file.")
  private Path file;

  InspectCommand(Globals globals) {
    this.globals = globals;
  }

  @Override
  public Integer call() {
    try (WeightFile opened = WeightFile.open(file)) {
      if (globals.json()) {
        json(opened).print(globals.out());
      } else {
        table(opened, globals.out());
      }
    }
    return ExitCode.OK;
  }

  private static JsonLine json(WeightFile opened) {
    List<JsonLine> tensors =
        opened.tensors().stream()
            .map(
                tensor ->
                    new JsonLine()
                        .put("name", tensor.name())
                        .put("dtype", tensor.dtype().name())
                        .put("shape", tensor.shape())
                        .put("bytes", tensor.byteSize()))
            .toList();
    return new JsonLine().put("metadata", opened.metadata()).put("tensors", tensors);
  }

  private static void table(WeightFile opened, PrintStream out) {
    opened.metadata().forEach((key, value) -> out.printf(Locale.ROOT, "# %s: %s%n", key, value));
    List<TensorInfo> tensors = opened.tensors();
    int width = tensors.stream().mapToInt(tensor -> tensor.name().length()).max().orElse(0);
    for (TensorInfo tensor : tensors) {
      String shape = Arrays.toString(tensor.shape());
      out.printf(
          Locale.ROOT,
          "%-" + Math.max(width, 1) + "s  %-4s  %-20s %,15d bytes%n",
          tensor.name(),
          tensor.dtype(),
          shape,
          tensor.byteSize());
    }
    long bytes = tensors.stream().mapToLong(TensorInfo::byteSize).sum();
    out.printf(Locale.ROOT, "%d tensors, %,d bytes%n", tensors.size(), bytes);
  }
}
