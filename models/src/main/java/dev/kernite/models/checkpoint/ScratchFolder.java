package dev.kernite.models.checkpoint;

import dev.kernite.models.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A folder for files that nobody needs afterwards; closing deletes it with all that is in it.
 *
 * @param path of the folder
 */
public record ScratchFolder(Path path) implements AutoCloseable {
  /**
   * Makes an empty folder where the system keeps temporary files.
   *
   * @param prefix of its name
   * @throws ModelException if it cannot be made
   */
  public static ScratchFolder create(String prefix) {
    try {
      return new ScratchFolder(Files.createTempDirectory(prefix));
    } catch (IOException e) {
      String where = System.getProperty("java.io.tmpdir");
      throw new ModelException(
          "no scratch folder can be made in " + where + " (-Djava.io.tmpdir): " + e.getMessage(),
          e);
    }
  }

  /**
   * Deletes the folder, if it is still there.
   *
   * @throws ModelException if something in it cannot be deleted
   */
  @Override
  public void close() {
    if (!Files.exists(path)) {
      return;
    }
    try (Stream<Path> files = Files.walk(path)) {
      List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : deepestFirst) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new ModelException(path + ": cannot be deleted: " + e.getMessage(), e);
    }
  }
}
