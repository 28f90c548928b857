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
 * @param device what computes beside the CPU, with its driver; null where nothing does
 * @param cpu model name
 * @param processors that the JVM may use
 * @param system operating system and architecture
 * @param memoryBytes of the machine or its container
 * @param java version, vendor and name of the JVM
 * @param flags the JVM was started with
 * @param load how many threads wanted a processor during the last minute, before anything was timed
 */
record Machine(
    String device,
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
        null,
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

  /**
   * The same machine computing with a device.
   *
   * @param description as a backend gives it: its name, then the device's, then more
   */
  Machine with(String description) {
    String device = description.substring(description.indexOf(':') + 1).strip();
    String driver = nvidiaDriver();
    return new Machine(
        driver.isEmpty() ? device : device + "; " + driver,
        cpu,
        processors,
        system,
        memoryBytes,
        java,
        flags,
        load);
  }

  /** The first line in which the kernel's module names itself. */
  private static String nvidiaDriver() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/driver/nvidia/version"))) {
      return lines.findFirst().orElse("").replaceAll("\\s+", " ").strip();
    } catch (IOException e) {
      return "";
    }
  }

  /** What the figures are of: the device or else the CPU, by its model. */
  String title() {
    return device == null ? cpu : device.substring(0, device.indexOf(','));
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
    String name = device == null ? title() + " " + processors : title();
    String words =
        name.replaceAll("\\([^)]*\\)", "").replaceAll("@.*", "").replaceAll("[^A-Za-z0-9]+", "-");
    return words.toLowerCase(Locale.ROOT).replaceAll("^-|-+(?=-)|-$", "");
  }
}
