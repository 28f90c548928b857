package dev.kernite.test.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.op.Catalogue;
import dev.kernite.models.checkpoint.FileDtype;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.checkpoint.SafetensorsWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code op list} and {@code op run} as the contract of the command line has them. */
final class OpCommandTest {
  private static final Arena NATIVE = Arena.ofAuto();

  @TempDir private Path folder;

  private final SafetensorsWriter inputs = new SafetensorsWriter();

  private OpCommandTest floats(String name, float[] values, long... shape) {
    inputs.floats(name, FileDtype.F32, NATIVE.allocateFrom(ValueLayout.JAVA_FLOAT, values), shape);
    return this;
  }

  private OpCommandTest longs(String name, long[] values, long... shape) {
    inputs.tensor(name, FileDtype.I64, NATIVE.allocateFrom(ValueLayout.JAVA_LONG, values), shape);
    return this;
  }

  private OpCommandTest bytes(String name, FileDtype dtype, byte[] values, long... shape) {
    inputs.tensor(name, dtype, MemorySegment.ofArray(values), shape);
    return this;
  }

  private Path out() {
    return folder.resolve("out.safetensors");
  }

  private Kernite run(String op, String attributes, String... more) {
    Path in = folder.resolve("in.safetensors");
    inputs.write(in);
    List<String> args =
        new ArrayList<>(List.of("op", "run", op, "--device", "cpu", "--inputs", in.toString()));
    args.addAll(List.of("--attrs", attributes, "--outputs", out().toString()));
    args.addAll(Arrays.asList(more));
    return Kernite.run(args.toArray(String[]::new));
  }

  private float[] result(String op, String attributes, String output) {
    Kernite k = run(op, attributes);
    assertEquals(0, k.code(), k.err());
    return read(output);
  }

  private float[] read(String output) {
    try (Safetensors file = Safetensors.open(out())) {
      assertEquals(FileDtype.F32, file.tensor(output).info().dtype());
      return file.tensor(output).data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    }
  }

  private String refused(String op, String attributes) {
    Kernite k = run(op, attributes);
    assertEquals(1, k.code(), k.err());
    assertEquals("", k.out());
    assertTrue(k.err().startsWith("error: ") && k.err().lines().count() == 1, k.err());
    assertFalse(Files.exists(out()), "an output file was written");
    return k.err();
  }

  @Test
  void writesTheOutputAndTheGradients() {
    floats("x", new float[] {0, (float) Math.log(3)}, 2)
        .floats("grad_output", new float[] {1, 0}, 2);
    assertArrayEquals(
        new float[] {0.25f, 0.75f}, result("softmax", "{\"dim\":0}", "output"), 1e-6f);
    assertArrayEquals(new float[] {0.1875f, -0.1875f}, read("grad.x"), 1e-6f);
  }

  @Test
  void writesNoGradientsUnasked() {
    floats("x", new float[] {1}, 1);
    result("relu", "{}", "output");
    try (Safetensors file = Safetensors.open(out())) {
      assertFalse(file.contains("grad.x"));
    }
  }

  @Test
  void anAttributeMayNameATensor() {
    floats("x", new float[] {0, 0, 0, 0}, 2, 2)
        .longs("y", new long[] {0, 1}, 2)
        .floats("w", new float[] {3, 5}, 2)
        .floats("grad_output", new float[] {1}, new long[0]);
    float[] loss = result("cross_entropy", "{\"weight\":\"w\",\"reduction\":\"sum\"}", "output");
    assertEquals(8 * Math.log(2), loss[0], 1e-5);
    assertArrayEquals(new float[] {-1.5f, 1.5f, 2.5f, -2.5f}, read("grad.x"), 1e-5f);
  }

  @Test
  void oneTensorMayFillTwoInputs() {
    floats("x", new float[] {3, -4}, 2).floats("grad_output", new float[] {1, 1}, 2);
    String attributes = "{\"op\":\"mul\",\"a\":\"x\",\"b\":\"x\"}";
    assertArrayEquals(new float[] {9, 16}, result("broadcast_binary", attributes, "output"));
    assertArrayEquals(new float[] {6, -8}, read("grad.x"));
  }

  @Test
  void aMemberOfAFamilyMustBeNamed() {
    floats("x", new float[2], 2);
    assertTrue(refused("reduce", "{}").contains("op is missing, known are"));
    assertTrue(refused("relu", "null").contains("--attrs is not a JSON object"));
  }

  @Test
  void anAttributeThatNamesNoTensorIsRefused() {
    floats("x", new float[2], 1, 2).longs("y", new long[1], 1);
    String error = refused("cross_entropy", "{\"weight\":\"w\"}");
    assertTrue(error.contains("weight") && error.contains("'w' is none"), error);
  }

  @Test
  void concatTakesAllTensorsInTheOrderOfTheFile() {
    floats("a", new float[] {1}, 1)
        .floats("b", new float[] {2, 3}, 2)
        .floats("grad_output", new float[] {10, 20, 30}, 3);
    assertArrayEquals(
        new float[] {1, 2, 3}, result("shape", "{\"op\":\"concat\",\"dim\":0}", "output"));
    assertArrayEquals(new float[] {10}, read("grad.a"));
    assertArrayEquals(new float[] {20, 30}, read("grad.b"));
  }

  @Test
  void attentionWritesItsWeights() {
    floats("q", new float[] {0, 0}, 1, 1, 2, 1)
        .floats("k", new float[] {0, 0}, 1, 1, 2, 1)
        .floats("v", new float[] {1, 3}, 1, 1, 2, 1);
    assertArrayEquals(new float[] {1, 2}, result("attention", "{\"causal\":true}", "output"));
    assertArrayEquals(new float[] {1, 0, 0.5f, 0.5f}, read("weights"));
  }

  @Test
  void readsMasksOfBooleansAndOfIntegers() {
    floats("x", new float[] {1, 2}, 2).bytes("mask", FileDtype.BOOL, new byte[] {1, 0}, 2);
    String attributes = "{\"op\":\"masked_fill\",\"value\":9}";
    assertArrayEquals(new float[] {9, 2}, result("shape", attributes, "output"));
    OpCommandTest other = new OpCommandTest();
    other.folder = folder;
    other.floats("x", new float[] {1, 2}, 2).longs("mask", new long[] {0, 7}, 2);
    assertArrayEquals(new float[] {1, 9}, other.result("shape", attributes, "output"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"F16", "BF16", "F32"})
  void readsFloatsOfAnyWidth(String dtype) {
    float[] values = {1.5f, -2};
    inputs.floats(
        "x", FileDtype.valueOf(dtype), NATIVE.allocateFrom(ValueLayout.JAVA_FLOAT, values), 2);
    assertArrayEquals(new float[] {1.5f, 0}, result("relu", "{}", "output"));
  }

  @Test
  void readsDoubles() {
    inputs.tensor("x", FileDtype.F64, NATIVE.allocateFrom(ValueLayout.JAVA_DOUBLE, 0.1, -1), 2);
    assertArrayEquals(new float[] {0.1f, 0}, result("relu", "{}", "output"));
  }

  @Test
  void indicesBeyond32BitsAreRefused() {
    floats("weight", new float[4], 2, 2).longs("ids", new long[] {1L << 40}, 1);
    assertTrue(refused("embedding", "{}").contains("ids"));
  }

  @Test
  void unknownOperationListsTheKnown() {
    floats("x", new float[1], 1);
    String error = refused("soft_max", "{}");
    assertTrue(error.contains("'soft_max'") && error.contains("log_softmax"), error);
  }

  @Test
  void unknownMemberListsTheKnown() {
    floats("x", new float[1], 1);
    String error = refused("shape", "{\"op\":\"roll\"}");
    assertTrue(error.contains("'roll'") && error.contains("masked_fill"), error);
  }

  @Test
  void unknownAttributeListsTheKnown() {
    floats("x", new float[1], 1);
    String error = refused("softmax", "{\"axis\":1}");
    assertTrue(error.contains("[axis]") && error.contains("[dim]"), error);
  }

  @Test
  void unknownTensorListsTheKnown() {
    floats("x", new float[1], 1).floats("z", new float[1], 1);
    String error = refused("softmax", "{}");
    assertTrue(error.contains("[z]") && error.contains("[x]"), error);
  }

  @Test
  void missingTensorIsNamed() {
    floats("a", new float[1], 1, 1);
    assertTrue(refused("matmul", "{}").contains("matmul: input 'b' is missing"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"[1]", "{\"dim\":1", "{\"dim\":1,\"dim\":1}", "{} {}", ""})
  void attributesMustBeOneJsonObject(String attributes) {
    floats("x", new float[1], 1);
    assertTrue(refused("softmax", attributes).contains("--attrs"));
  }

  @Test
  void upstreamGradientOfAnotherShapeIsRefused() {
    floats("x", new float[2], 2).floats("grad_output", new float[3], 3);
    assertTrue(refused("relu", "{}").contains("upstream gradient [3]"));
  }

  @Test
  void aNullAttributeCountsAsNotGiven() {
    floats("x", new float[] {-2, 5}, 2);
    assertArrayEquals(
        new float[] {-1, 5},
        result("shape", "{\"op\":\"clamp\",\"min\":-1,\"max\":null}", "output"));
  }

  @Test
  void variantsAreTheTwinsOfTheCpu() {
    floats("x", new float[] {1}, 1);
    assertEquals(0, run("tanh", "{}", "--variant", "scalar").code());
    float[] scalar = read("output");
    assertEquals(0, run("tanh", "{}", "--variant", "vector").code());
    assertArrayEquals(scalar, read("output"), 1e-6f);
    Kernite other = run("tanh", "{}", "--variant", "fast");
    assertEquals(1, other.code());
    assertTrue(other.err().contains("scalar and vector"), other.err());
  }

  @Test
  void jsonNamesWhatWasWritten() {
    floats("x", new float[] {1, 2}, 2).floats("grad_output", new float[2], 2);
    Kernite k = run("relu", "{}", "--json");
    assertEquals(
        "{\"op\":\"relu\",\"outputs\":[{\"name\":\"output\",\"shape\":[2]},"
            + "{\"name\":\"grad.x\",\"shape\":[2]}]}\n",
        k.out());
  }

  @Test
  void aSubcommandIsNeeded() {
    Kernite k = Kernite.run("op");
    assertEquals(2, k.code());
    assertTrue(k.err().contains("list or run"), k.err());
  }

  @Test
  void listsTheCatalogueAsJson() {
    Kernite k = Kernite.run("op", "list", "--json");
    assertEquals(0, k.code());
    List<JsonNode> lines = k.out().lines().map(new JsonMapper()::readTree).toList();
    assertEquals(Catalogue.entries().size(), lines.size());
    JsonNode softmax =
        lines.stream().filter(n -> n.get("name").asString().equals("softmax")).findFirst().get();
    assertEquals("x", softmax.get("inputs").get(0).get("name").asString());
    assertTrue(softmax.get("inputs").get(0).get("differentiable").asBoolean());
    assertEquals("dim", softmax.get("attributes").get(0).get("name").asString());
    assertEquals("-1", softmax.get("attributes").get(0).get("default").asString());
  }

  @Test
  void listsTheCatalogueAsATable() {
    Kernite k = Kernite.run("op", "list");
    assertEquals(0, k.code());
    for (Catalogue.Entry e : Catalogue.entries()) {
      assertTrue(k.out().lines().anyMatch(line -> line.startsWith(e.name() + " ")), e.label());
    }
    assertTrue(k.out().contains("cumsum") && k.out().contains("rsqrt"), k.out());
  }
}
