package dev.kernite.test.kernels;

import dev.kernite.kernels.Backend;
import dev.kernite.test.devices.Device;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The backends that the kernel tests of this process run on, open for good. */
final class Backends {
  private static final int THREADS = 2;

  private static final Map<Device, Backend> OPEN = new ConcurrentHashMap<>();

  private Backends() {}

  /** All of them. */
  static List<Backend> tested() {
    return Device.tested().stream().map(Backends::of).toList();
  }

  /** One of them, for what need not be tried on each. */
  static Backend any() {
    return of(Device.any());
  }

  private static Backend of(Device device) {
    return OPEN.computeIfAbsent(device, d -> d.open(THREADS, false));
  }
}
