package dev.kernite.models.checkpoint;

import dev.kernite.models.ModelException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * A tensor as it lies in its file: dense, row-major, little-endian, at any alignment. Nothing is
 * copied.
 *
 * @param file the file it comes from, for messages
 * @param info name, type and shape
 * @param data the {@code info.byteSize()} bytes, read-only; valid until the reader of the file is
 *     closed
 */
public record RawTensor(Path file, TensorInfo info, MemorySegment data) {
  /**
   * Where the tensor is, for the head of an error message.
   *
   * @return for example {@code model.safetensors: tensor 'wte.weight'}
   */
  public String where() {
    return file + ": tensor " + Describe.name(info.name());
  }

  RawTensor requireOpen() {
    if (!data.scope().isAlive()) {
      throw new ModelException(
          where() + ": the file has been closed; keep its reader open while tensors are in use");
    }
    return this;
  }
}
