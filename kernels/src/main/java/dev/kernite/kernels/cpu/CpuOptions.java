package dev.kernite.kernels.cpu;

import dev.kernite.kernels.KernelException;
import java.util.Locale;

/**
 * How to open a {@link CpuBackend}.
 *
 * @param threads threads that kernels are spread over, 1 or more
 * @param twin which implementation of the kernels to use
 * @param memoryLimit most bytes to hold from the system; 0 for as much as the machine has
 * @param poison fill buffers with signalling NaNs when they are allocated and released: finds reads
 *     of values never written, at a price in speed
 */
public record CpuOptions(int threads, Twin twin, long memoryLimit, boolean poison) {
  /** System property that names the twin: {@code auto}, {@code scalar} or {@code vector}. */
  public static final String TWIN_PROPERTY = "kernite.cpu.twin";

  /** The two implementations of every kernel. Both are exact to the same contracts. */
  public enum Twin {
    /** {@link #VECTOR} where it can run fast, else {@link #SCALAR} with a logged reason. */
    AUTO,
    /** Plain Java. */
    SCALAR,
    /** The Vector API; refused with a reason where it cannot run fast. */
    VECTOR
  }

  /** Checks the values. */
  public CpuOptions {
    if (threads < 1) {
      throw new KernelException("threads must be 1 or more, not " + threads);
    }
    if (memoryLimit < 0) {
      throw new KernelException("the memory limit must be 0 or more bytes, not " + memoryLimit);
    }
  }

  /** All processors, all memory, and the twin that {@value #TWIN_PROPERTY} names, else AUTO. */
  public static CpuOptions defaults() {
    return new CpuOptions(Runtime.getRuntime().availableProcessors(), twinProperty(), 0, false);
  }

  private static Twin twinProperty() {
    String value = System.getProperty(TWIN_PROPERTY, "auto");
    return switch (value.toLowerCase(Locale.ROOT)) {
      case "auto" -> Twin.AUTO;
      case "scalar" -> Twin.SCALAR;
      case "vector" -> Twin.VECTOR;
      default ->
          throw new KernelException(
              "-D" + TWIN_PROPERTY + "=" + value + ": expected auto, scalar or vector");
    };
  }

  /** The same with another number of threads. */
  public CpuOptions withThreads(int threads) {
    return new CpuOptions(threads, twin, memoryLimit, poison);
  }

  /** The same with another implementation. */
  public CpuOptions withTwin(Twin twin) {
    return new CpuOptions(threads, twin, memoryLimit, poison);
  }

  /** The same with another limit in bytes; 0 for as much as the machine has. */
  public CpuOptions withMemoryLimit(long memoryLimit) {
    return new CpuOptions(threads, twin, memoryLimit, poison);
  }

  /** The same with or without poisoned buffers. */
  public CpuOptions withPoison(boolean poison) {
    return new CpuOptions(threads, twin, memoryLimit, poison);
  }
}
