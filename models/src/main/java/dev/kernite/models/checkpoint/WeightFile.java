package dev.kernite.models.checkpoint;

import dev.kernite.models.ModelException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A file of named tensors, mapped into memory. Reading is safe from many threads. The file must not
 * be cut short while it is open: touching a page that is gone ends in an {@link InternalError} of
 * the JVM.
 */
public sealed interface WeightFile extends AutoCloseable permits Safetensors, OnnxFile {
  /** How the name of a file ends that is read as ONNX. */
  String ONNX = ".onnx";

  /**
   * Opens a file.
   *
   * @param file an ONNX file if its name ends in {@code .onnx}, else a safetensors file
   * @return the open file
   * @throws ModelException if the file cannot be read or breaks a rule of its format
   */
  static WeightFile open(Path file) {
    return file.toString().toLowerCase(Locale.ROOT).endsWith(ONNX)
        ? OnnxFile.open(file)
        : Safetensors.open(file);
  }

  /**
   * The file this reads.
   *
   * @return the path given to {@link #open}
   */
  Path file();

  /**
   * The strings stored beside the tensors.
   *
   * @return key to value, in file order; empty when the file has none
   */
  Map<String, String> metadata();

  /**
   * The tensors, in the order of the file.
   *
   * @return their descriptions
   */
  List<TensorInfo> tensors();

  /**
   * Whether the file has a tensor of this name.
   *
   * @param name the name
   * @return true if it has
   */
  boolean contains(String name);

  /**
   * One tensor, row-major.
   *
   * @param name the tensor's name
   * @return its description and its bytes; they must not be touched after {@link #close}
   * @throws ModelException if there is no such tensor, or the file is closed
   */
  RawTensor tensor(String name);

  /**
   * One tensor as it lies in the file: of a matrix that is stored the other way round, nothing is
   * moved.
   *
   * @param name the tensor's name
   * @return the tensor, or its transpose
   * @throws ModelException if there is no such tensor, or the file is closed
   */
  StoredTensor stored(String name);

  /** Unmaps the file; its tensors must no longer be touched. Closing again does nothing. */
  @Override
  void close();
}
