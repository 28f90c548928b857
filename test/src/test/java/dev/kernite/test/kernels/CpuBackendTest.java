package dev.kernite.test.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.kernels.KernelException;
import dev.kernite.kernels.cpu.CpuBackend;
import dev.kernite.kernels.cpu.CpuOptions;
import dev.kernite.kernels.cpu.CpuOptions.Twin;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The choice between the twins, in JVMs of all kinds. */
final class CpuBackendTest {

  @Test
  void optionsAreChecked() {
    CpuOptions options = CpuOptions.defaults();
    assertThrows(KernelException.class, () -> options.withThreads(0));
    assertThrows(KernelException.class, () -> options.withMemoryLimit(-1));
    assertEquals(Runtime.getRuntime().availableProcessors(), options.threads());
  }

  @Test
  void aClosedBackendRefusesWork() {
    CpuBackend cpu = CpuBackend.open(CpuOptions.defaults().withTwin(Twin.SCALAR).withThreads(2));
    cpu.close();
    cpu.close();
    assertThrows(KernelException.class, () -> cpu.memory().allocate(1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "--add-modules jdk.incubator.vector; Vector API",
        "-Xmx64m; start java with --add-modules jdk.incubator.vector",
        "--add-modules jdk.incubator.vector -Xint; start java without -Xint",
        "--add-modules jdk.incubator.vector -XX:TieredStopAtLevel=1; C2",
        "--add-modules jdk.incubator.vector -XX:MaxVectorSize=8; 64 bits are too narrow",
        "--add-modules jdk.incubator.vector -Dkernite.cpu.twin=scalar; as asked for",
        "-Dkernite.cpu.twin=vector; cannot be used",
        "-Dkernite.cpu.twin=fast; expected auto, scalar or vector",
      })
  void theReasonForTheChoiceIsSaid(String flags, String expected) throws Exception {
    String output = java(flags);
    assertTrue(output.contains(expected), output);
  }

  @Test
  void theSlowTwinIsNeverSilent() throws Exception {
    assertTrue(java("-Xmx64m").contains("WARNING: cpu"));
  }

  /** Runs {@link Probe} in a JVM with these flags; returns all it prints. */
  private static String java(String flags) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of(flags.split(" ")));
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Probe.class.getName());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output;
  }

  /** Opens a backend and uses it. */
  static final class Probe {
    private Probe() {}

    public static void main(String[] args) {
      try (CpuBackend cpu = CpuBackend.open(CpuOptions.defaults())) {
        System.out.println(cpu.description());
        cpu.memory().release(cpu.memory().allocate(1));
      } catch (KernelException e) {
        System.out.println(e.getMessage());
      }
    }
  }
}
