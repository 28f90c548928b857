package dev.kernite.test.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.kernels.cuda.KernelPtx;
import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** The contract of every command: global options, exit codes, one error line, ASCII JSON. */
final class CommandLineTest {
  private static final Path LAYOUTS =
      Path.of("src/test/resources/fixtures/models/checkpoint-layouts");
  private static final Path VALID = LAYOUTS.resolve("edge-containers");
  private static final String SCALAR =
      VALID.resolve("scalar_empty_and_metadata.safetensors").toString();

  @Test
  void inspectListsTensorsAndMetadata() {
    Kernite run = Kernite.run("inspect", SCALAR, "--json");
    JsonNode json = new ObjectMapper().readTree(run.out());
    assertEquals(
        Map.of("note", "x"), new ObjectMapper().convertValue(json.get("metadata"), Map.class));
    assertEquals(
        "[{\"name\":\"scalar\",\"dtype\":\"F32\",\"shape\":[],\"bytes\":4},"
            + "{\"name\":\"nothing\",\"dtype\":\"F32\",\"shape\":[0,3],\"bytes\":0},"
            + "{\"name\":\"i64\",\"dtype\":\"I64\",\"shape\":[2],\"bytes\":16},"
            + "{\"name\":\"flags\",\"dtype\":\"BOOL\",\"shape\":[3],\"bytes\":3}]",
        json.get("tensors").toString());
    assertEquals(0, run.code());
  }

  @Test
  void benchPrintsTheSourceOfAKernel() {
    Kernite run = Kernite.run("bench", "kernels", "--source", "SoftmaxKernels.storeExp");
    assertEquals(0, run.code(), run.err());
    assertTrue(run.out().contains("static float storeExp(long x, long y"), run.out());
    Kernite unknown = Kernite.run("bench", "kernels", "--source", "softmaxgard");
    assertEquals(1, unknown.code());
    assertTrue(unknown.err().contains("SoftmaxKernels.softmaxGrad"), unknown.err());
    assertEquals(2, Kernite.run("bench", "models", "--source", "storeExp").code());
  }

  @Test
  void benchPrintsThePtxOfACudaKernel() {
    Kernite run = Kernite.run("bench", "kernels", "--ptx", "fill_u32");
    assertEquals(2, Kernite.run("bench", "models", "--ptx", "fill_u32").code());
    assertEquals(2, Kernite.run("bench", "--ptx", "fill_u32", "--source", "storeExp").code());
    if (KernelPtx.names().isEmpty()) {
      assertEquals(1, run.code());
      assertTrue(run.err().contains("no CUDA kernels"), run.err());
      return;
    }
    assertEquals(0, run.code(), run.err());
    assertTrue(run.out().startsWith(".version "), run.out());
    assertEquals(1, run.out().split("\\.entry", -1).length - 1, run.out());
    assertTrue(run.out().contains(".visible .entry fill_u32("), run.out());
    assertTrue(run.out().contains("st.global.u32"), run.out());
    assertTrue(run.out().endsWith("}\n"), run.out());
    Kernite unknown = Kernite.run("bench", "--ptx", "fill_u3");
    assertEquals(1, unknown.code());
    assertTrue(unknown.err().contains("fill_u32"), unknown.err());
  }

  @Test
  void globalOptionsStandBeforeOrAfterTheCommand() {
    String expected = Kernite.run("inspect", SCALAR, "--json").out();
    assertTrue(expected.startsWith("{"), expected);
    for (String[] args :
        new String[][] {
          {"--json", "inspect", SCALAR},
          {"inspect", "--json", SCALAR},
          {"--json", "--device", "cpu", "inspect", SCALAR},
          {"--json", "inspect", "--device=cpu", "--threads", "2", SCALAR},
          {"--threads", "1", "inspect", SCALAR, "--verbose", "--json"},
        }) {
      Kernite run = Kernite.run(args);
      assertEquals(new Kernite(0, expected, ""), run, () -> Arrays.toString(args));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "--json",
        "nothing-like-this",
        "--frobnicate",
        "inspect",
        "inspect a b",
        "inspect a --frobnicate",
        "--device tpu inspect a",
        "inspect a --device",
        "inspect a --threads many",
      })
  void wrongUsageExitsWithTwo(String line) {
    Kernite run = Kernite.run(line.isEmpty() ? new String[0] : line.split(" "));
    assertEquals(2, run.code(), run.err());
    assertOneErrorLine(run);
  }

  static List<File> malformed() {
    return List.of(LAYOUTS.resolve("malformed").toFile().listFiles());
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void malformedFileIsOneErrorLine(File file) {
    Kernite run = Kernite.run("inspect", file.toString(), "--json");
    assertEquals(1, run.code());
    assertOneErrorLine(run);
    assertTrue(run.err().contains(file.getName()), run.err());
  }

  @Test
  void missingFileFailsWithItsName() {
    Kernite run = Kernite.run("inspect", "no-such.safetensors");
    assertEquals(1, run.code());
    assertOneErrorLine(run);
    assertTrue(run.err().contains("no-such.safetensors"), run.err());
  }

  @Test
  void stackTraceNeedsVerbose() {
    String[] args = {"inspect", "no-such.safetensors"};
    assertFalse(Kernite.run(args).err().contains("\tat "));
    assertTrue(Kernite.run("--verbose", args[0], args[1]).err().contains("\tat "));
    assertTrue(Kernite.run(args[0], args[1], "--verbose").err().contains("\tat "));
  }

  @Test
  void helpIsAResult() {
    Kernite run = Kernite.run("inspect", "--help");
    assertEquals(0, run.code());
    assertEquals("", run.err());
    assertTrue(run.out().startsWith("Usage: kernite inspect"), run.out());
  }

  private static void assertOneErrorLine(Kernite run) {
    assertEquals("", run.out());
    assertTrue(run.err().startsWith("error: "), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
  }
}
