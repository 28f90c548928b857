package dev.kernite.test.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code bin/kernite}, with a main class of its own that tells what reached it: how the launcher
 * finds its place and a Java, and hands over arguments, options and signals.
 */
@DisabledOnOs(OS.WINDOWS)
final class LauncherTest {
  private static final Path SCRIPTS = Path.of("../models/cli/src/main/app");
  private static final String MAIN =
      """
      package dev.kernite.cli;
      public final class Main {
        public static void main(String[] args) throws Exception {
          for (String arg : args) {
            System.out.write((arg + "\\n").getBytes("UTF-8"));
          }
          System.out.println("home " + System.getProperty("kernite.home"));
          System.out.println("java " + System.getProperty("java.home"));
          System.out.println("option " + System.getProperty("test.option"));
          System.out.println(
              "vector " + ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent());
          System.out.flush();
          if (args.length > 0 && args[0].equals("sleep")) {
            Thread.sleep(60_000);
          }
        }
      }
      """;

  @TempDir private static Path folder;
  private static Path app;

  private static Path script;

  @BeforeAll
  static void layTheAppImage() throws IOException {
    app = Files.createDirectories(folder.resolve("an app")).toRealPath();
    for (String file : List.of("bin/kernite", "lib/find-java.sh")) {
      Files.createDirectories(app.resolve(file).getParent());
      Files.copy(SCRIPTS.resolve(file), app.resolve(file));
    }
    script = app.resolve("bin/kernite");
    assertTrue(script.toFile().setExecutable(true));
    Path source = Files.writeString(folder.resolve("Main.java"), MAIN);
    assertEquals(
        0,
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-d", folder.toString(), source.toString()));
    try (OutputStream file = Files.newOutputStream(app.resolve("lib/main.jar"));
        JarOutputStream jar = new JarOutputStream(file)) {
      jar.putNextEntry(new JarEntry("dev/kernite/cli/Main.class"));
      Files.copy(folder.resolve("dev/kernite/cli/Main.class"), jar);
    }
  }

  @Test
  void argumentsArriveUntouched() throws Exception {
    String[] args = {
      "two words", "*", "", "$HOME", "na\u00efve \u4e2d \ud83d\ude00", "@file", "--x=\"y\""
    };
    for (String locale : List.of("C", "C.UTF-8", "no_SUCH.UTF-8")) {
      List<String> lines = lines(start(Map.of("LC_ALL", locale), script, args));
      assertEquals(Arrays.asList(args), lines.subList(0, args.length), locale);
      assertTrue(lines.contains("vector true"), lines.toString());
    }
  }

  @Test
  void followsSymbolicLinks() throws Exception {
    Path direct = Files.createSymbolicLink(folder.resolve("direct"), script);
    Path again = Files.createSymbolicLink(folder.resolve("again"), Path.of("direct"));
    for (Path link : List.of(direct, again)) {
      assertTrue(lines(start(Map.of(), link)).contains("home " + app));
    }
  }

  @Test
  void javaOptionsReachTheJvm() throws Exception {
    Map<String, String> environment = Map.of("KERNITE_JAVA_OPTS", "-Xmx64m -Dtest.option=yes");
    assertTrue(lines(start(environment, script)).contains("option yes"));
  }

  @Test
  void javaThatIsTooOldIsPassedOver() throws Exception {
    Path old = fakeJava("17.0.15");
    List<String> lines = lines(start(Map.of("JAVA_HOME", old.toString()), script));
    String home = lines.stream().filter(line -> line.startsWith("java ")).findFirst().orElseThrow();
    assertTrue(!home.equals("java " + old), home);
  }

  @Test
  void newerJavaIsTaken() throws Exception {
    Path newer = fakeJava("26");
    Process process = start(Map.of("JAVA_HOME", newer.toString()), script, "x");
    assertEquals(List.of("fake java"), lines(process));
  }

  @Test
  void withoutJavaOneLineSaysWhatToInstall() throws Exception {
    // No machine has Java 99; the script is otherwise the one that ships.
    Path copy = Files.createDirectories(folder.resolve("future/bin")).resolve("kernite");
    String script = Files.readString(SCRIPTS.resolve("bin/kernite"));
    Files.writeString(copy, script.replace("find_java 25 ", "find_java 99 "));
    Path lib = Files.createDirectories(folder.resolve("future/lib"));
    Files.copy(SCRIPTS.resolve("lib/find-java.sh"), lib.resolve("find-java.sh"));
    assertTrue(copy.toFile().setExecutable(true));
    Process process = start(Map.of(), copy);
    String error = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(1, process.waitFor());
    assertEquals(1, error.lines().count(), error);
    assertTrue(error.startsWith("error: no Java 25 or newer found"), error);
  }

  @Test
  void signalReachesJava() throws Exception {
    Process process = start(Map.of(), script, "sleep");
    process.inputReader(StandardCharsets.UTF_8).readLine(); // it is running
    StopSignal signal = StopSignal.ofThisProcess();
    signal.send(process);
    assertTrue(process.waitFor(20, TimeUnit.SECONDS));
    assertEquals(signal.exitCode, process.exitValue());
  }

  /** A Java home of that version, as far as the launcher looks. */
  private static Path fakeJava(String version) throws IOException {
    Path home = Files.createDirectories(folder.resolve("java " + version));
    Files.writeString(
        home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
    Path java = Files.createDirectories(home.resolve("bin")).resolve("java");
    Files.writeString(java, "#!/bin/sh\necho fake java\n");
    assertTrue(java.toFile().setExecutable(true));
    return home;
  }

  private static Process start(Map<String, String> environment, Path script, String... args)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(Stream.concat(Stream.of(script.toString()), Stream.of(args)).toList());
    builder
        .environment()
        .keySet()
        .removeAll(List.of("LC_ALL", "LC_CTYPE", "LANG", "KERNITE_JAVA_OPTS"));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().putAll(environment);
    return builder.start();
  }

  private static List<String> lines(Process process) throws IOException, InterruptedException {
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), err);
    return out.lines().toList();
  }
}
