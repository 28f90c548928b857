package dev.kernite.test.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What these tests stop a child with: Ctrl-C's signal, or SIGTERM, which commands treat alike,
 * where this process was itself started with SIGINT ignored (a job in the background of a script):
 * its children then ignore it too.
 */
public enum StopSignal {
  INT(2),
  TERM(15);

  /** What the shell shows for a process that the signal ended. */
  public final int exitCode;

  StopSignal(int number) {
    this.exitCode = 128 + number;
  }

  public static StopSignal ofThisProcess() throws IOException {
    Path status = Path.of("/proc/self/status");
    boolean ignored =
        Files.exists(status)
            && Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 2) != 0);
    return ignored ? TERM : INT;
  }

  public void send(Process process) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name(), Long.toString(process.pid())).start().waitFor();
  }
}
