package dev.kernite.test.cuda;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A run of the command line in a process of its own, since a process can open one driver library.
 *
 * @param code exit code
 * @param out standard output
 * @param err standard error
 */
record Child(int code, String out, String err) {
  private static final long LONGEST_SECONDS = 120;

  /** A process to be, with an own temporary folder. */
  static final class Builder {
    private final Path folder;
    private final List<String> options = new ArrayList<>();
    private String libraryPath = "";
    private String classPath = System.getProperty("java.class.path");
    private String main = "dev.kernite.cli.Main";

    /**
     * A process.
     *
     * @param folder for its temporary files and its output
     */
    Builder(Path folder) {
      this.folder = folder;
    }

    /** A system property. */
    Builder with(String property, String value) {
      options.add("-D" + property + "=" + value);
      return this;
    }

    /** Where the system looks for libraries before its own folders. */
    Builder libraryPath(Path path) {
      libraryPath = path.toString();
      return this;
    }

    /** Another class path than this process has. */
    Builder classPath(String path) {
      classPath = path;
      return this;
    }

    /** Another program than the command line. */
    Builder main(Class<?> program) {
      main = program.getName();
      return this;
    }

    /** Starts the command line; the exit code is not waited for. */
    Running start(String... arguments) throws IOException {
      Path temporary = Files.createDirectories(folder.resolve("tmp"));
      Path out = Files.createTempFile(folder, "out", ".txt");
      Path err = Files.createTempFile(folder, "err", ".txt");
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.add("--enable-native-access=ALL-UNNAMED");
      command.add("-Djava.io.tmpdir=" + temporary);
      command.addAll(options);
      command.addAll(List.of("-cp", classPath));
      command.add(main);
      command.addAll(Arrays.asList(arguments));
      ProcessBuilder builder = new ProcessBuilder(command);
      if (!libraryPath.isEmpty()) {
        builder.environment().merge("LD_LIBRARY_PATH", libraryPath, Builder::before);
      }
      return new Running(
          builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start(), out, err);
    }

    private static String before(String old, String first) {
      return first + File.pathSeparator + old;
    }

    /** Runs the command line. */
    Child run(String... arguments) throws IOException, InterruptedException {
      return start(arguments).await();
    }

    /** What the process left in its temporary folder. */
    List<Path> leftBehind() throws IOException {
      try (var files = Files.list(folder.resolve("tmp"))) {
        return files.toList();
      }
    }
  }

  /** A process at work. */
  record Running(Process process, Path out, Path err) {
    Child await() throws IOException, InterruptedException {
      boolean ended = process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS);
      process.destroyForcibly();
      assertTrue(ended, "still running after " + LONGEST_SECONDS + " s");
      return new Child(
          process.exitValue(),
          Files.readString(out, StandardCharsets.UTF_8),
          Files.readString(err, StandardCharsets.UTF_8));
    }
  }
}
