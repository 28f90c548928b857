package dev.kernite.cli;

import java.io.InputStream;
import java.io.PrintStream;

/** Entry point of the {@code kernite} command. */
public final class Main {
  private Main() {}

  /**
   * Runs one command and ends the process with its exit code.
   *
   * @param args command line
   */
  public static void main(String[] args) {
    Streams streams = Streams.ofProcess();
    int code = run(args, streams);
    streams.flush();
    System.exit(code);
  }

  /**
   * Runs one command inside this JVM, as the process would.
   *
   * @param args command line
   * @param in what the command reads as standard input
   * @param out receives results
   * @param err receives warnings, progress and errors
   * @return exit code, see {@link ExitCode}
   */
  public static int run(String[] args, InputStream in, PrintStream out, PrintStream err) {
    Streams streams = new Streams(in, out, err);
    int code = run(args, streams);
    streams.flush();
    return code;
  }

  private static int run(String[] args, Streams streams) {
    Globals globals = new Globals(streams);
    try {
      return Commands.of(globals, args).execute(args);
    } catch (Throwable failure) { // picocli lets Errors through; the user still gets one line
      return ErrorLine.print(failure, globals);
    }
  }
}
