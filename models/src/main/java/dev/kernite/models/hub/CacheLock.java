package dev.kernite.models.hub;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One holder among all threads of all processes. The operating system's locks on files tell
 * processes apart but not threads, so there is a lock inside the JVM too. A process that is killed
 * holds nothing; the empty file stays behind, since removing it would let two in.
 */
final class CacheLock implements AutoCloseable {
  private static final ConcurrentMap<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

  private final ReentrantLock thread;
  private final FileChannel channel;

  private CacheLock(ReentrantLock thread, FileChannel channel) {
    this.thread = thread;
    this.channel = channel;
  }

  /**
   * Waits for the lock.
   *
   * @param file its folder must be there
   * @param waiting run once if somebody else holds it
   */
  static CacheLock take(Path file, Runnable waiting) throws IOException, InterruptedException {
    ReentrantLock thread = THREADS.computeIfAbsent(file, f -> new ReentrantLock());
    boolean told = false;
    if (!thread.tryLock()) {
      waiting.run();
      told = true;
      thread.lockInterruptibly();
    }
    FileChannel channel = null;
    try {
      channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock == null) {
        if (!told) {
          waiting.run();
        }
        channel.lock();
      }
      return new CacheLock(thread, channel);
    } catch (IOException | RuntimeException | Error e) {
      if (channel != null) {
        channel.close();
      }
      thread.unlock();
      throw e;
    }
  }

  /** Closing the channel releases the lock on the file. */
  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      thread.unlock();
    }
  }
}
