package dev.kernite.test.devices;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kernite.engine.Engine;
import dev.kernite.engine.EngineException;
import dev.kernite.engine.EngineOptions;
import dev.kernite.kernels.Backend;
import dev.kernite.kernels.cpu.CpuBackend;
import dev.kernite.kernels.cpu.CpuOptions;
import dev.kernite.kernels.cuda.CudaBackend;
import java.util.List;
import java.util.Optional;

/**
 * What the tests tagged {@code device} run on: both twins of the CPU's kernels, or in a process of
 * its own the CUDA device that the system property {@code kernite.test.device} names. A build
 * without that device skips them, with the reason.
 */
public enum Device {
  /** The CPU's kernels in plain Java. */
  SCALAR,
  /** The CPU's kernels on the Vector API. */
  VECTOR,
  /** A GPU. */
  CUDA,
  /** The CUDA kernels, run on the CPU. */
  CUDA_HOST;

  /** Whether the device checks every access of a kernel: slow, so it gets small shapes. */
  public static final boolean CHECKED =
      System.getProperty("kernite.cuda.host.build", "fast").equals("check");

  static final String PROPERTY = "kernite.test.device";

  /** The devices of this process. */
  public static List<Device> tested() {
    return switch (System.getProperty(PROPERTY, "cpu")) {
      case "cpu" -> List.of(SCALAR, VECTOR);
      case "cuda" -> List.of(CUDA);
      case "cuda-host" -> List.of(CUDA_HOST);
      default -> throw new IllegalStateException(PROPERTY + " is cpu, cuda or cuda-host");
    };
  }

  /** One of them, for what need not be tried on each. */
  public static Device any() {
    return tested().getLast();
  }

  /** Why the device of this process does not work here, found out once. */
  static Optional<String> refusal() {
    return Looked.REFUSAL;
  }

  private static final class Looked {
    static final Optional<String> REFUSAL = look();

    private static Optional<String> look() {
      String name = System.getProperty(PROPERTY, "cpu");
      try {
        Engine.describe(EngineOptions.DEFAULT.withDevice(name));
        return Optional.empty();
      } catch (EngineException e) {
        return Optional.of(e.getMessage());
      }
    }
  }

  /**
   * Opens the device.
   *
   * @param threads worker threads, on the CPU
   * @param poison fill fresh memory with NaN; the CUDA devices of the tests do so anyway
   */
  public Backend open(int threads, boolean poison) {
    assumeTrue(refusal().isEmpty(), () -> refusal().orElse(""));
    return switch (this) {
      case SCALAR -> cpu(CpuOptions.Twin.SCALAR, threads, poison);
      case VECTOR -> cpu(CpuOptions.Twin.VECTOR, threads, poison);
      case CUDA -> CudaBackend.open();
      case CUDA_HOST -> CudaBackend.openHost();
    };
  }

  private static Backend cpu(CpuOptions.Twin twin, int threads, boolean poison) {
    return CpuBackend.open(
        CpuOptions.defaults().withTwin(twin).withThreads(threads).withPoison(poison));
  }

  /** An engine on the device, its memory poisoned, so that reading what nobody wrote shows. */
  public Engine engine(int threads) {
    return Engine.on(open(threads, true), 0);
  }
}
