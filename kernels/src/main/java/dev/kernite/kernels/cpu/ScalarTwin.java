package dev.kernite.kernels.cpu;

/** The kernels in plain Java: run anywhere, and are what the vector twin is tested against. */
final class ScalarTwin {
  private ScalarTwin() {}

  static KernelSet create(Workers workers, HostMemory memory) {
    return new KernelSet(
        new ScalarGemm(workers, memory),
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null);
  }
}
