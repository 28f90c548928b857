package dev.kernite.test.gpt2;

import dev.kernite.engine.Engine;
import dev.kernite.kernels.cpu.CpuBackend;
import dev.kernite.kernels.cpu.CpuOptions;
import dev.kernite.kernels.cpu.CpuOptions.Twin;

/** Engines on a chosen CPU twin; buffers are poisoned, so that reading what nobody wrote shows. */
final class Engines {
  private Engines() {}

  static Engine open(Twin twin, int threads) {
    CpuOptions options = CpuOptions.defaults().withTwin(twin).withThreads(threads);
    return Engine.on(
        CpuBackend.open(
            new CpuOptions(options.threads(), options.twin(), options.memoryLimit(), true)),
        0);
  }
}
