package dev.kernite.engine;

import dev.kernite.kernels.Backend;
import dev.kernite.kernels.KernelException;
import dev.kernite.kernels.cpu.CpuBackend;
import dev.kernite.kernels.cpu.CpuOptions;

/** Chooses the device that an engine runs on. */
final class Devices {
  private Devices() {}

  static Backend open(EngineOptions options) {
    try {
      return switch (options.device()) {
        case "auto", "cpu" -> CpuBackend.open(cpu(options));
        case "cuda", "cuda-host" ->
            throw new EngineException(
                "--device "
                    + options.device()
                    + ": this build holds no CUDA kernels; use --device cpu");
        default ->
            throw new EngineException(
                "unknown device '"
                    + options.device()
                    + "'; known are auto, cpu, cuda and cuda-host");
      };
    } catch (KernelException e) {
      throw new EngineException(e.getMessage(), e);
    }
  }

  private static CpuOptions cpu(EngineOptions options) {
    CpuOptions defaults = CpuOptions.defaults();
    return options.threads() == 0 ? defaults : defaults.withThreads(options.threads());
  }
}
