package dev.kernite.models.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * The most memory that this process has held of the machine's: what a machine must have to do the
 * same. Files in use are part of it, such as weights that are read in place. Linux alone tells (<a
 * href="https://man7.org/linux/man-pages/man5/proc_pid_status.5.html">proc_pid_status(5)</a>).
 */
public final class PeakMemory {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path CLEAR = Path.of("/proc/self/clear_refs");
  private static final String PEAK = "VmHWM:";
  private static final long KIB = 1024;

  private PeakMemory() {}

  /** Bytes since the start, or since {@link #restart}; empty where the system does not tell. */
  public static OptionalLong resident() {
    try (Stream<String> lines = Files.lines(STATUS)) {
      return lines
          .filter(line -> line.startsWith(PEAK))
          .mapToLong(line -> KIB * Long.parseLong(line.replaceAll("[^0-9]", "")))
          .findFirst();
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  /** Forgets what was held until now; where the system cannot, the peak is that since the start. */
  public static void restart() {
    try {
      Files.writeString(CLEAR, "5");
    } catch (IOException e) {
      System.getLogger("dev.kernite.models")
          .log(System.Logger.Level.DEBUG, "the peak of memory counts from the start", e);
    }
  }
}
