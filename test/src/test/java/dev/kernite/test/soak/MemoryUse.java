package dev.kernite.test.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How much memory this process uses. */
final class MemoryUse {
  private MemoryUse() {}

  /** Bytes of the Java heap that are reachable. */
  static long heapAfterCollection() {
    Runtime runtime = Runtime.getRuntime();
    System.gc();
    System.gc();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  /** Resident set of this process; 0 where the system does not tell. */
  static long residentBytes() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D+", "")))
        .findFirst()
        .orElse(0);
  }
}
