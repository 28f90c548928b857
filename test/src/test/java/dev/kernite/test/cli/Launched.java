package dev.kernite.test.cli;

import dev.kernite.cli.Main;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command line in a process of its own, to be stopped and killed. */
public final class Launched {
  private Launched() {}

  /**
   * Starts it; standard output is the process's to be read.
   *
   * @param errors file for standard error
   */
  static Process start(Path errors, List<String> args) throws IOException {
    return new ProcessBuilder(command(args)).redirectError(errors.toFile()).start();
  }

  /** The words that start it. */
  static List<String> command(List<String> args) {
    return command(Main.class, args);
  }

  /** The words that start another main class with what the tests see. */
  public static List<String> command(Class<?> main, List<String> args) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath(),
                main.getName()));
    command.addAll(args);
    return command;
  }

  /** The class path of this JVM; surefire may hide it behind a jar that names it. */
  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
        .replace("\n", File.pathSeparator);
  }
}
