package dev.kernite.models.training;

import dev.kernite.engine.Tensor;
import java.nio.file.Path;
import java.util.Map;

/** How what a run has learnt is laid in a folder. */
public interface ModelFormat {
  /** Name of the file with the parameters, as a run knows them. */
  String weights();

  /**
   * Writes them, and what belongs to them.
   *
   * @param folder created if need be
   * @param parameters by name
   */
  void write(Path folder, Map<String, Tensor> parameters);
}
