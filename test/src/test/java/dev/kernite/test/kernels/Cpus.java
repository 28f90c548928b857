package dev.kernite.test.kernels;

import dev.kernite.kernels.cpu.CpuBackend;
import dev.kernite.kernels.cpu.CpuOptions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** CPU backends shared by the kernel tests: both twins with 1, 2 and 5 threads, open for good. */
final class Cpus {
  static final int[] THREADS = {1, 2, 5};

  private static final Map<String, CpuBackend> OPEN = new ConcurrentHashMap<>();

  private Cpus() {}

  static CpuBackend of(CpuOptions.Twin twin, int threads) {
    return OPEN.computeIfAbsent(
        twin + "/" + threads,
        _ -> CpuBackend.open(CpuOptions.defaults().withTwin(twin).withThreads(threads)));
  }

  static CpuBackend scalar() {
    return of(CpuOptions.Twin.SCALAR, 2);
  }

  static CpuBackend vector() {
    return of(CpuOptions.Twin.VECTOR, 2);
  }

  /** Both twins. */
  static List<CpuBackend> twins() {
    return List.of(scalar(), vector());
  }
}
