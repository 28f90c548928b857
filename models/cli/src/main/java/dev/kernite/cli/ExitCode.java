package dev.kernite.cli;

/** What the process returns to the shell. */
final class ExitCode {
  /** The command did what was asked. */
  static final int OK = 0;

  /** It could not; one line on standard error says why. */
  static final int FAILED = 1;

  /** The command line itself is wrong. */
  static final int USAGE = 2;

  /** Ctrl-C ended it: 128 + SIGINT, as shells count. */
  static final int INTERRUPTED = 130;

  private ExitCode() {}
}
