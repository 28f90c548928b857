package dev.kernite.models.checkpoint;

import dev.kernite.models.ModelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * Writes a file whole or not at all: into a temporary file in the same folder, forced to the disk,
 * then renamed over the old one. Whoever opens the file, after a crash, a {@code kill -9} or a full
 * disk too, finds the old content or the new.
 */
public final class AtomicFiles {
  private static final String SUFFIX = ".tmp";

  private AtomicFiles() {}

  /** Writes the content of a file. */
  @FunctionalInterface
  public interface Content {
    /**
     * Writes everything, from the channel's position on.
     *
     * @param channel open for writing, at position 0
     * @throws IOException if writing fails
     */
    void write(FileChannel channel) throws IOException;
  }

  /**
   * Creates or replaces a file. A symbolic link keeps its place and its target is replaced; into a
   * device such as {@code /dev/null} the content is written directly.
   *
   * @param file the file; its folder must exist
   * @param content writes the content; when it throws, the file is left as it was and the exception
   *     passes
   * @throws ModelException if the file cannot be written; it is left as it was
   */
  public static void write(Path file, Content content) {
    try {
      Path target = Files.isSymbolicLink(file) ? file.toRealPath() : file.toAbsolutePath();
      if (Files.isDirectory(target)) {
        throw new ModelException(file + ": is a folder; name a file to write");
      }
      if (Files.exists(target) && !Files.isRegularFile(target)) {
        try (FileChannel device = FileChannel.open(target, StandardOpenOption.WRITE)) {
          content.write(device);
        }
        return;
      }
      replace(target, content);
    } catch (IOException e) {
      throw new ModelException(
          file
              + ": cannot be written ("
              + FileErrors.reason(e)
              + "); check the folder, its permissions and the free space on the disk",
          e);
    }
  }

  /**
   * Creates or replaces a file with these bytes.
   *
   * @param file the file; its folder must exist
   * @param bytes the whole content
   * @throws ModelException if the file cannot be written; it is left as it was
   */
  public static void write(Path file, byte[] bytes) {
    write(file, channel -> writeFully(channel, ByteBuffer.wrap(bytes)));
  }

  /**
   * Creates or replaces a text file in UTF-8.
   *
   * @param file the file; its folder must exist
   * @param text the whole content
   * @throws ModelException if the file cannot be written; it is left as it was
   */
  public static void write(Path file, String text) {
    write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Writes all that remains in a buffer.
   *
   * @param channel where to
   * @param bytes what
   * @throws IOException if writing fails
   */
  static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static void replace(Path target, Content content) throws IOException {
    Path folder = target.getParent();
    String prefix = "." + target.getFileName() + ".";
    removeAbandoned(folder, prefix);
    Path temporary =
        folder.resolve(prefix + ProcessHandle.current().pid() + "." + UUID.randomUUID() + SUFFIX);
    try {
      try (FileChannel channel =
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        content.write(channel);
        channel.force(true);
      }
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
    forceFolder(folder);
  }

  /** Removes what writers of the same file left behind when they were killed. */
  private static void removeAbandoned(Path folder, String prefix) {
    try (DirectoryStream<Path> left =
        Files.newDirectoryStream(
            folder, path -> isAbandoned(path.getFileName().toString(), prefix))) {
      for (Path path : left) {
        Files.deleteIfExists(path);
      }
    } catch (IOException | java.nio.file.DirectoryIteratorException e) {
      // Tidying is a courtesy: if the folder is unusable, the write that follows says so.
    }
  }

  private static boolean isAbandoned(String name, String prefix) {
    if (!name.startsWith(prefix) || !name.endsWith(SUFFIX)) {
      return false;
    }
    String pid = name.substring(prefix.length()).replaceFirst("\\..*", "");
    return pid.matches("\\d{1,18}") && ProcessHandle.of(Long.parseLong(pid)).isEmpty();
  }

  /** Makes the rename itself survive a power cut; Windows cannot and need not open folders. */
  private static void forceFolder(Path folder) throws IOException {
    FileChannel channel;
    try {
      channel = FileChannel.open(folder, StandardOpenOption.READ);
    } catch (IOException e) {
      return;
    }
    try (channel) {
      channel.force(true);
    }
  }
}
