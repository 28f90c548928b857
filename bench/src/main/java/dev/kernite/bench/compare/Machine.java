package dev.kernite.bench.compare;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Where figures come from.
 *
 * @param cpu model name
 * @param processors that the JVM may use
 * @param system operating system and architecture
 * @param memoryBytes of the machine or its container
 * @param java version, vendor and name of the JVM
 * @param flags the JVM was started with
 * @param load how many threads wanted a processor during the last minute, before anything was timed
 */
record Machine(
    String cpu,
    int processors,
    String system,
    long memoryBytes,
    String java,
    List<String> flags,
    double load) {
  static Machine here() {
    var os =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return new Machine(
        cpuModel(),
        os.getAvailableProcessors(),
        "%s %s %s".formatted(os.getName(), os.getVersion(), os.getArch()),
        os.getTotalMemorySize(),
        "%s (%s %s)"
            .formatted(
                Runtime.version(),
                System.getProperty("java.vm.vendor"),
                System.getProperty("java.vm.name")),
        ManagementFactory.getRuntimeMXBean().getInputArguments(),
        os.getSystemLoadAverage());
  }

  private static String cpuModel() {
    Path info = Path.of("/proc/cpuinfo");
    try (Stream<String> lines = Files.lines(info)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("unknown CPU");
    } catch (IOException e) {
      return "unknown CPU";
    }
  }

  /** For file names: {@code intel-xeon-processor-2}. */
  String slug() {
    String words =
        cpu.replaceAll("\\([^)]*\\)", "").replaceAll("@.*", "").replaceAll("[^A-Za-z0-9]+", "-");
    return (words + "-" + processors).toLowerCase(Locale.ROOT).replaceAll("^-|-+(?=-)", "");
  }
}
