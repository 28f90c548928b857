package dev.kernite.cli;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * The three streams of a command, always UTF-8 whatever the locale says.
 *
 * @param in standard input
 * @param out results only
 * @param err everything else: warnings, progress, errors
 */
record Streams(InputStream in, PrintStream out, PrintStream err) {
  private static final int BUFFER_BYTES = 1 << 16;

  /** The process's own streams. {@code out} is buffered: whoever streams, flushes. */
  static Streams ofProcess() {
    return new Streams(
        new BufferedInputStream(new FileInputStream(FileDescriptor.in), BUFFER_BYTES),
        new PrintStream(
            new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), BUFFER_BYTES),
            false,
            StandardCharsets.UTF_8),
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8));
  }

  /**
   * Fails when the reader of standard output is gone ({@code kernite ... | head}), so that a long
   * command stops instead of working for nobody. Flushes.
   */
  void requireReader() {
    if (out.checkError()) {
      throw new CommandException("standard output is closed; nothing more can be written");
    }
  }

  void flush() {
    out.flush();
    err.flush();
  }
}
