package dev.kernite.kernels.cuda;

import dev.kernite.kernels.Memory;
import dev.kernite.kernels.Memory.Buffer;
import dev.kernite.kernels.Roofs;
import dev.kernite.kernels.cuda.driver.Context;
import dev.kernite.kernels.cuda.driver.Event;
import dev.kernite.kernels.cuda.driver.Kernel;

/**
 * Measures a device's roofs: float32 multiply-adds a second, and bytes that a copy reads and writes
 * a second. Kernels of {@code roofline.cu}, timed by events; the best of several launches.
 */
final class CudaProbe {
  private static final String IMAGE = "roofline";
  private static final int THREADS = 256;
  private static final int BLOCKS_PER_MULTIPROCESSOR = 8;
  private static final int LAUNCHES = 10;

  /** Multiply-adds of a thread in one round: CHAINS * STEPS of roofline.cu. */
  private static final int FMAS_PER_ROUND = 8 * 16;

  /** A launch this long is timed well: an event is accurate to half a microsecond. */
  private static final double ENOUGH_MILLIS = 2;

  private static final int MOST_ROUNDS = 1 << 16;
  private static final long LEAST_BYTES = 4L << 20;

  /** More than any second-level cache: each of two buffers. */
  private static final long MOST_BYTES = 512L << 20;

  private static final int QUAD_BYTES = 16;

  private final Context context;
  private final Memory memory;
  private final Kernel multiplyAdd;
  private final Kernel copy;
  private final int blocks;

  CudaProbe(Context context, Memory memory) {
    this.context = context;
    this.memory = memory;
    multiplyAdd = context.kernels().kernel(IMAGE, "roofline_multiply_add");
    copy = context.kernels().kernel(IMAGE, "roofline_copy");
    blocks = context.kernels().multiprocessors() * BLOCKS_PER_MULTIPROCESSOR;
  }

  Roofs measure() {
    return new Roofs(0, flopsPerSecond(), bytesPerSecond());
  }

  private double flopsPerSecond() {
    Buffer out = memory.allocate(Float.BYTES);
    try {
      int rounds = 1;
      double millis = best(out, rounds);
      while (millis < ENOUGH_MILLIS && rounds < MOST_ROUNDS) {
        rounds *= 4;
        millis = best(out, rounds);
      }
      return 2.0 * FMAS_PER_ROUND * rounds * THREADS * blocks / (millis / 1e3);
    } finally {
      memory.release(out);
    }
  }

  private double best(Buffer out, int rounds) {
    return best(() -> multiplyAdd.arg(out.address()).arg(0.5f).arg(rounds).launch(blocks, THREADS));
  }

  private double bytesPerSecond() {
    double rate = 0;
    double millis = 0;
    for (long bytes = LEAST_BYTES; bytes <= MOST_BYTES && millis < ENOUGH_MILLIS; bytes *= 2) {
      millis = copyMillis(bytes);
      rate = 2.0 * bytes / (millis / 1e3);
    }
    return rate;
  }

  private double copyMillis(long bytes) {
    Buffer source = memory.allocate(bytes);
    Buffer target = memory.allocate(bytes);
    try {
      memory.zero(source.address(), bytes);
      long quads = bytes / QUAD_BYTES;
      return best(
          () ->
              copy.arg(source.address()).arg(target.address()).arg(quads).launch(blocks, THREADS));
    } finally {
      memory.release(source);
      memory.release(target);
    }
  }

  /** Milliseconds of the fastest of some launches; one more goes ahead. */
  private double best(Runnable launch) {
    double best = Double.POSITIVE_INFINITY;
    try (Event before = Event.timing(context);
        Event after = Event.timing(context)) {
      launch.run();
      for (int i = 0; i < LAUNCHES; i++) {
        context.stream().record(before);
        launch.run();
        context.stream().record(after);
        after.await();
        best = Math.min(best, after.millisSince(before));
      }
    }
    return best;
  }
}
