package dev.kernite.models.transformer;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Tensor;
import dev.kernite.models.checkpoint.SafetensorsWriter;
import dev.kernite.models.checkpoint.TensorFiles;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Map;

/** What one forward pass computes, on its way to a safetensors file. */
public final class ForwardOutputs implements AutoCloseable {
  private final SafetensorsWriter writer = new SafetensorsWriter();
  private final Arena arena = Arena.ofConfined();

  /** Holds nothing yet. */
  public ForwardOutputs() {}

  /** Takes a copy of a float32 tensor. */
  public void add(String name, Tensor value) {
    TensorFiles.add(writer, name, value, arena);
  }

  /** Takes {@code grad.NAME} of each parameter; zeros where nothing depends on one. */
  private void gradients(Engine engine, Map<String, Tensor> parameters) {
    parameters.forEach(
        (name, p) -> add("grad." + name, p.grad() == null ? engine.zeros(p.shape()) : p.grad()));
  }

  /**
   * Takes a loss and, where operations are recorded, the gradients of all parameters.
   *
   * @param scope in which the loss was computed
   */
  public void loss(Scope scope, Tensor loss, Map<String, Tensor> parameters) {
    scope.keep(loss);
    add("loss", loss);
    if (loss.engine().isRecording()) {
      loss.backward();
      gradients(loss.engine(), parameters);
    }
    loss.close();
  }

  /** Writes the file, all or nothing. */
  public void write(Path file) {
    writer.write(file);
  }

  @Override
  public void close() {
    arena.close();
  }
}
