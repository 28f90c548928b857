package dev.kernite.engine;

import dev.kernite.kernels.Backend;
import dev.kernite.kernels.KernelException;
import dev.kernite.kernels.cpu.CpuBackend;
import dev.kernite.kernels.cpu.CpuOptions;
import dev.kernite.kernels.cuda.CudaBackend;
import java.lang.System.Logger.Level;
import java.util.function.Supplier;

/** Chooses the device that an engine runs on. */
final class Devices {
  private static final System.Logger LOG = System.getLogger(Devices.class.getName());

  private Devices() {}

  static Backend open(EngineOptions options) {
    Backend backend =
        switch (options.device()) {
          case "auto" -> best(options);
          case "cpu" -> cpu(options);
          case "cuda" -> cuda(CudaBackend::open);
          case "cuda-host" -> cudaHost(CudaBackend::openHost);
          default -> throw unknown(options.device());
        };
    if (options.matmulPrecision() == MatmulPrecision.FLOAT32) {
      return backend;
    }
    if (backend instanceof CudaBackend cuda) {
      return cuda.useMixed();
    }
    backend.close();
    throw new EngineException(
        "matrix products in bfloat16 need tensor cores, and the device is %s: use --device cuda, or leave the precision at float32"
            .formatted(backend.name()));
  }

  /** One line about what would be opened; a CUDA device stays unopened. */
  static String describe(EngineOptions options) {
    return switch (options.device()) {
      case "auto", "cpu" -> {
        try (Backend backend = open(options)) {
          yield backend.description();
        }
      }
      case "cuda" -> cuda(CudaBackend::describe);
      case "cuda-host" -> cudaHost(CudaBackend::describeHost);
      default -> throw unknown(options.device());
    };
  }

  /** A GPU where one works, else the CPU: cuda-host is for looking at kernels, not for speed. */
  private static Backend best(EngineOptions options) {
    try {
      return CudaBackend.open();
    } catch (KernelException e) {
      LOG.log(Level.DEBUG, "cuda is not available, the cpu is used: " + e.getMessage());
      return cpu(options);
    }
  }

  private static Backend cpu(EngineOptions options) {
    CpuOptions defaults = CpuOptions.defaults();
    try {
      return CpuBackend.open(
          options.threads() == 0 ? defaults : defaults.withThreads(options.threads()));
    } catch (KernelException e) {
      throw new EngineException(e.getMessage(), e);
    }
  }

  private static <T> T cuda(Supplier<T> open) {
    return asked("cuda", Devices::insteadOfCuda, open);
  }

  private static <T> T cudaHost(Supplier<T> open) {
    return asked("cuda-host", () -> "use --device cpu", open);
  }

  /** What to do where there is no GPU; cuda-host is not everywhere either. */
  private static String insteadOfCuda() {
    try {
      CudaBackend.describeHost();
      return "use --device cpu, or cuda-host to run the kernels on the CPU";
    } catch (KernelException e) {
      return "use --device cpu";
    }
  }

  private static <T> T asked(String device, Supplier<String> advice, Supplier<T> open) {
    try {
      return open.get();
    } catch (KernelException e) {
      throw new EngineException(
          "--device " + device + ": " + e.getMessage() + "; " + advice.get(), e);
    }
  }

  private static EngineException unknown(String device) {
    return new EngineException(
        "unknown device '" + device + "'; known are auto, cpu, cuda and cuda-host");
  }
}
