package dev.kernite.test.ops;

import dev.kernite.engine.Engine;
import dev.kernite.kernels.cpu.CpuBackend;
import dev.kernite.kernels.cpu.CpuOptions;
import dev.kernite.kernels.cpu.CpuOptions.Twin;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Engines shared by the tests of the operations, open for good. */
final class Engines {
  /** Both implementations of the CPU kernels. */
  static final List<Twin> TWINS = List.of(Twin.SCALAR, Twin.VECTOR);

  private static final Map<String, Engine> OPEN = new ConcurrentHashMap<>();

  private Engines() {}

  /** An engine with guard zones around every buffer, and poison inside. */
  static Engine guarded(Twin twin) {
    return OPEN.computeIfAbsent(
        "guarded " + twin,
        _ -> Engine.on(new GuardedBackend(CpuBackend.open(options(twin, 2).withPoison(true))), 0));
  }

  /** An engine on plain memory. */
  static Engine plain(Twin twin, int threads) {
    return OPEN.computeIfAbsent(
        twin + " " + threads, _ -> Engine.on(CpuBackend.open(options(twin, threads)), 0));
  }

  private static CpuOptions options(Twin twin, int threads) {
    return CpuOptions.defaults().withTwin(twin).withThreads(threads);
  }

  /** Fails if a kernel wrote beside a buffer of a {@link #guarded} engine. */
  static void checkGuards(Engine engine) {
    ((GuardedMemory) engine.backend().memory()).check();
  }
}
