package dev.kernite.kernels.cuda.driver;

import dev.kernite.kernels.KernelException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A fresh folder under the temporary one, readable by this user only, for native libraries that lie
 * in jars: every process has its own, so that parallel ones do not meet, and removes it.
 */
final class PrivateFolder implements AutoCloseable {
  private final Path path;

  private PrivateFolder(Path path) {
    this.path = path;
  }

  static PrivateFolder create() {
    try {
      return new PrivateFolder(Files.createTempDirectory("kernite-native-"));
    } catch (IOException e) {
      throw new KernelException(
          "no folder for native libraries could be made: "
              + e
              + "; name a writable one with -Djava.io.tmpdir=DIR");
    }
  }

  Path path() {
    return path;
  }

  /** Writes a resource into the folder. */
  Path extract(InputStream resource, String name) {
    Path target = path.resolve(name);
    try {
      Files.copy(resource, target);
      return target;
    } catch (IOException e) {
      throw new KernelException(
          "the native library "
              + target
              + " could not be written: "
              + e
              + "; name another folder with -Djava.io.tmpdir=DIR");
    }
  }

  /** Removes the folder when the process ends; for libraries whose file is read while they run. */
  void closeAtExit() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::close, "kernite-native-cleanup"));
  }

  /** Removes the folder. A library that is loaded stays usable: the system keeps its pages. */
  @Override
  public void close() {
    try {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
        for (Path file : files) {
          Files.delete(file);
        }
      }
      Files.delete(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
