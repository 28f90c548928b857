package dev.kernite.models.training;

import dev.kernite.models.ModelException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Keeps a second run out of a folder: two that write one log spoil it. The system frees the lock
 * when its process ends, however it ends.
 */
public final class FolderLock implements AutoCloseable {
  private static final String FILE = ".lock";

  private final FileChannel channel;

  private FolderLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes the lock.
   *
   * @param folder created if need be
   * @throws ModelException if another run holds it, or the folder cannot be written
   */
  public static FolderLock of(Path folder) {
    Path file = folder.resolve(FILE);
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new ModelException(folder + ": cannot be created: " + e.getMessage(), e);
    }
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        if (channel.tryLock() != null) {
          return new FolderLock(channel);
        }
      } catch (OverlappingFileLockException e) {
        // Held within this process: the same answer as from another one.
      }
      channel.close();
    } catch (IOException e) {
      throw new ModelException(file + ": cannot be written (" + e.getMessage() + ")", e);
    }
    throw new ModelException(
        folder + ": another training run is writing there; stop it, or choose another --out");
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new ModelException("releasing a training folder failed: " + e.getMessage(), e);
    }
  }
}
