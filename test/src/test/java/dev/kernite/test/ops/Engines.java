package dev.kernite.test.ops;

import dev.kernite.engine.Engine;
import dev.kernite.kernels.Backend;
import dev.kernite.test.devices.Device;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Engines shared by the tests of the operations, open for good. */
final class Engines {
  private static final Map<String, Engine> OPEN = new ConcurrentHashMap<>();

  private Engines() {}

  /**
   * An engine with guard zones around every buffer, and poison inside. A device that checks every
   * access needs neither: it is given buffers of the exact size, to see what reaches beyond them.
   */
  static Engine guarded(Device device) {
    return OPEN.computeIfAbsent("guarded " + device, _ -> Engine.on(guardedBackend(device), 0));
  }

  private static Backend guardedBackend(Device device) {
    Backend backend = device.open(2, true);
    return Device.CHECKED ? backend : new GuardedBackend(backend);
  }

  /** An engine on plain memory. */
  static Engine plain(Device device, int threads) {
    return OPEN.computeIfAbsent(
        device + " " + threads, _ -> Engine.on(device.open(threads, false), 0));
  }

  /** Fails if a kernel wrote beside a buffer of a {@link #guarded} engine. */
  static void checkGuards(Engine engine) {
    if (engine.backend().memory() instanceof GuardedMemory guarded) {
      guarded.check();
    }
  }
}
