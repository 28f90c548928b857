package dev.kernite.test.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kernite.kernels.cpu.CpuBackend;
import dev.kernite.kernels.cpu.CpuOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Guards what the JIT makes of the vector kernels. A kernel that it fails to inline computes the
 * right values with vectors on the heap, 18 times slower; one that it refuses to compile stays
 * slower still. Neither shows in any other test.
 */
class JitGuardTest {
  /** Far below what the kernels reach, far above what they reach when a vector is boxed. */
  private static final Map<String, Double> FLOORS = new LinkedHashMap<>();

  static {
    FLOORS.put("packed product of 1 rows by 512 columns, FLOAT32", 0.12);
    FLOORS.put("packed product of 6 rows by 512 columns, FLOAT32", 0.5);
    FLOORS.put("packed product of 48 rows by 512 columns, FLOAT32", 0.6);
    FLOORS.put("packed product of 1 rows by 4096 columns, FLOAT32", 0.08);
    FLOORS.put("packed product of 1 rows by 512 columns, BFLOAT16", 0.12);
    FLOORS.put("packed product of 6 rows by 512 columns, BFLOAT16", 0.4);
    FLOORS.put("packed product of 48 rows by 512 columns, BFLOAT16", 0.5);
    FLOORS.put("packed product of 1 rows by 4096 columns, BFLOAT16", 0.08);
    FLOORS.put("packed product of 1 rows by 512 columns, FLOAT16", 0.08);
    FLOORS.put("packed product of 6 rows by 512 columns, FLOAT16", 0.3);
    FLOORS.put("packed product of 48 rows by 512 columns, FLOAT16", 0.5);
    FLOORS.put("packed product of 1 rows by 4096 columns, FLOAT16", 0.06);
    FLOORS.put("product", 0.4);
    FLOORS.put("product of transposed operands", 0.4);
    FLOORS.put("attention", 0.2);
    FLOORS.put("attention of narrow heads", 0.15);
    FLOORS.put("attention gradient", 0.2);
    FLOORS.put("GELU_TANH", 0.15);
    FLOORS.put("GELU_ERF", 0.1);
    FLOORS.put("TANH", 0.1);
    FLOORS.put("gelu gradient", 0.15);
    FLOORS.put("softmax", 0.1);
    FLOORS.put("layer norm", 0.05);
    FLOORS.put("convolution of 64 to 128 channels", 0.25);
    FLOORS.put("transposed convolution of 64 to 128 channels", 0.25);
    FLOORS.put("weight gradient of 64 to 128 channels", 0.25);
    FLOORS.put("convolution of 1 to 64 channels", 0.1);
    FLOORS.put("transposed convolution of 1 to 64 channels", 0.1);
    FLOORS.put("weight gradient of 1 to 64 channels", 0.04);
    FLOORS.put("max pooling", 0.02);
    FLOORS.put("average pooling", 0.02);
    FLOORS.put("average pooling gradient", 0.01);
    FLOORS.put("batch norm statistics", 0.03);
    FLOORS.put("batch norm", 0.03);
    FLOORS.put("batch norm gradient", 0.03);
  }

  /**
   * What tasks, closures and buffer records may take; a single boxed loop takes a thousand times
   * that.
   */
  private static final long BYTES_A_CALL = 32 << 10;

  /** Another program may take the processor's caches or clock away, but hardly three times. */
  private static final int ATTEMPTS = 3;

  private record Measured(double part, long bytes) {}

  private static final List<String> SKIPPED = new ArrayList<>();
  private static final Map<String, Measured> BEST = new LinkedHashMap<>();

  @BeforeAll
  static void measure(@TempDir Path folder) throws IOException, InterruptedException {
    CpuBackend cpu = CpuBackend.open(CpuOptions.defaults().withThreads(1));
    boolean vector = cpu.description().contains("Vector API");
    cpu.close();
    assumeTrue(vector, "the Vector API kernels cannot run here");
    for (int i = 0; i < ATTEMPTS && !(reached() && !BEST.isEmpty()); i++) {
      run(folder.resolve("run" + i));
    }
  }

  private static boolean reached() {
    return FLOORS.entrySet().stream()
        .allMatch(
            floor -> {
              Measured found = BEST.get(floor.getKey());
              return found != null && found.part >= floor.getValue();
            });
  }

  private static void run(Path results) throws IOException, InterruptedException {
    Path log = results.resolveSibling(results.getFileName() + ".log");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-Djdk.incubator.vector.VECTOR_ACCESS_OOB_CHECK=0", // as the program is started
                "-XX:+PrintCompilation",
                "-cp",
                System.getProperty("java.class.path"),
                KernelRounds.class.getName(),
                results.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .redirectOutput(log.toFile())
            .start();
    boolean ended = process.waitFor(5, TimeUnit.MINUTES);
    process.destroyForcibly();
    assertTrue(ended, "the kernels were not measured in five minutes");
    String output = Files.readString(log);
    assertEquals(0, process.exitValue(), output);
    output
        .lines()
        .filter(line -> line.contains("COMPILE SKIPPED") && line.contains("dev.kernite"))
        .forEach(line -> SKIPPED.add(line.strip()));
    for (String line : Files.readAllLines(results)) {
      String[] fields = line.split("\t");
      Measured now = new Measured(Double.parseDouble(fields[1]), Long.parseLong(fields[2]));
      BEST.merge(fields[0], now, (a, b) -> a.part > b.part ? a : b);
    }
  }

  @Test
  void compilesEveryKernel() {
    assertEquals(List.of(), SKIPPED);
  }

  @Test
  void measuresEveryKernel() {
    assertEquals(List.copyOf(FLOORS.keySet()), List.copyOf(BEST.keySet()));
  }

  @Test
  void allocatesNothingInAKernel() {
    BEST.forEach(
        (name, found) ->
            assertTrue(found.bytes <= BYTES_A_CALL, name + " allocates " + found.bytes + " bytes"));
  }

  @Test
  void reachesAPartOfTheRoof() {
    FLOORS.forEach(
        (name, floor) -> {
          double part = BEST.get(name).part;
          assertTrue(
              part >= floor,
              "%s reaches %.2f of the peak measured beside it, the floor is %.2f"
                  .formatted(name, part, floor));
        });
  }
}
