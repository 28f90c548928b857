package dev.kernite.kernels.cpu;

/**
 * Cuts loops into tasks by their length alone, never by the number of threads, so that results do
 * not depend on it. A loop of one chunk runs on the calling thread.
 */
final class Chunks {
  /**
   * Values a task of a flat loop handles: a few microseconds, and a multiple of any vector length.
   */
  static final long VALUES = 1 << 14;

  /** What to do with one chunk of a loop. */
  @FunctionalInterface
  interface Body {
    void run(long from, long to);
  }

  private Chunks() {}

  /** Runs {@code body} over 0 to n - 1 in chunks of {@value #VALUES}. */
  static void run(Workers workers, long n, Body body) {
    run(workers, n, VALUES, body);
  }

  /** Runs {@code body} over 0 to n - 1 in chunks of {@code size}. */
  static void run(Workers workers, long n, long size, Body body) {
    workers.run(count(n, size), chunk -> body.run(chunk * size, Math.min(n, (chunk + 1) * size)));
  }

  /**
   * Runs {@code body} over rows of {@code cols} values each, about {@value #VALUES} values a task.
   */
  static void rows(Workers workers, long rows, long cols, Body body) {
    run(workers, rows, Math.max(1, VALUES / Math.max(1, cols)), body);
  }

  /** Number of chunks of {@code size} that cover n. */
  static long count(long n, long size) {
    return (n + size - 1) / size;
  }
}
