package dev.kernite.test.checkpoint;

import static dev.kernite.test.checkpoint.OnnxBytes.counted;
import static dev.kernite.test.checkpoint.OnnxBytes.floats;
import static dev.kernite.test.checkpoint.OnnxBytes.model;
import static dev.kernite.test.checkpoint.OnnxBytes.node;
import static dev.kernite.test.checkpoint.OnnxBytes.tensor;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.Checkpoint;
import dev.kernite.models.checkpoint.Conversions;
import dev.kernite.models.checkpoint.OnnxFile;
import dev.kernite.models.checkpoint.RawTensor;
import dev.kernite.models.checkpoint.StoredTensor;
import dev.kernite.models.checkpoint.WeightFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Initializers of ONNX files are found under the names, and in the shapes, of parameters. */
class OnnxFileTest {
  private static final String QUERY = "encoder.layer.0.attention.self.query.weight";

  @TempDir private Path folder;

  private Path write(byte[] content) throws IOException {
    return Files.write(folder.resolve("model.onnx"), content);
  }

  private static float[] values(RawTensor tensor) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment floats = arena.allocate(4 * tensor.info().elements());
      Conversions.toFloat32(tensor, floats);
      return floats.toArray(ValueLayout.JAVA_FLOAT);
    }
  }

  /** The tensors by name, with their values. */
  private Map<String, float[]> read(byte[]... parts) throws IOException {
    Map<String, float[]> all = new TreeMap<>();
    try (WeightFile file = WeightFile.open(write(model(parts)))) {
      file.tensors().forEach(info -> all.put(info.name(), values(file.tensor(info.name()))));
    }
    return all;
  }

  private void assertRefused(byte[] content, String expected) throws IOException {
    Path file = write(content);
    ModelException e = assertThrows(ModelException.class, () -> OnnxFile.open(file).close());
    assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
    assertTrue(e.getMessage().contains(expected), e.getMessage());
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
  }

  @Test
  void aMatrixIsNamedByItsNodeAndTurnedOver() throws IOException {
    byte[] content =
        model(
            node("MatMul", "/encoder/layer.0/attention/self/query/MatMul", "x", "onnx::9", "y"),
            node("MatMul", "/encoder/layer.0/attention/self/MatMul", "y", "z", "scores"),
            counted("onnx::9", 2, 3),
            counted("pooler.dense.weight", 2, 3));
    try (OnnxFile file = OnnxFile.open(write(content))) {
      assertFalse(file.contains("onnx::9"));
      RawTensor turned = file.tensor(QUERY);
      assertArrayEquals(new long[] {3, 2}, turned.info().shape());
      assertArrayEquals(new float[] {0, 3, 1, 4, 2, 5}, values(turned));
      StoredTensor stored = file.stored(QUERY);
      assertTrue(stored.transposed());
      assertArrayEquals(new long[] {3, 2}, stored.shape());
      assertArrayEquals(new long[] {2, 3}, stored.raw().info().shape());
      assertArrayEquals(new float[] {0, 1, 2, 3, 4, 5}, values(stored.raw()));
      assertFalse(file.stored("pooler.dense.weight").transposed());
      assertArrayEquals(new float[] {0, 1, 2, 3, 4, 5}, values(file.tensor("pooler.dense.weight")));
      assertEquals(Map.of("producer_name", "test"), file.metadata());
    }
  }

  @Test
  void wideAndTallMatricesAreTurnedOver() throws IOException {
    long[][] shapes = {{1, 1}, {1, 70}, {70, 1}, {32, 64}, {33, 65}, {100, 31}};
    for (long[] shape : shapes) {
      byte[] use = node("MatMul", "/a/MatMul", "x", "onnx::1", "y");
      float[] turned = read(use, counted("onnx::1", shape)).get("a.weight");
      for (int row = 0; row < shape[0]; row++) {
        for (int column = 0; column < shape[1]; column++) {
          assertEquals(row * shape[1] + column, turned[column * (int) shape[0] + row]);
        }
      }
    }
  }

  @Test
  void whereNodesHaveNoScopesTheBiasTellsTheName() throws IOException {
    Map<String, float[]> found =
        read(
            node("MatMul", "MatMul_7", "x", "787", "788"),
            node("Add", "Add_8", "query.bias", "788", "789"),
            node("MatMul", "MatMul_9", "789", "790", "791"),
            node("Add", "Add_10", "791", "key.bias", "792"),
            counted("787", 2, 2),
            counted("790", 1, 2),
            counted("query.bias", 2),
            counted("key.bias", 2));
    assertEquals(Set.of("query.weight", "key.weight", "query.bias", "key.bias"), found.keySet());
    assertArrayEquals(new float[] {0, 2, 1, 3}, found.get("query.weight"));
  }

  @Test
  void equalParametersStoredOnceAreAllThere() throws IOException {
    Map<String, float[]> found =
        read(
            node("Identity", "", "a.weight", "", "b.weight"),
            node("Identity", "", "b.weight", "", "c.weight"),
            counted("a.weight", 3));
    assertEquals(Set.of("a.weight", "b.weight", "c.weight"), found.keySet());
    assertArrayEquals(new float[] {0, 1, 2}, found.get("c.weight"));
  }

  @Test
  void identitiesInACircleNameNothing() throws IOException {
    Map<String, float[]> found =
        read(
            node("Identity", "", "b", "", "a"),
            node("Identity", "", "a", "", "b"),
            node("Identity", "", "w", "", "w"),
            counted("w", 1));
    assertEquals(Set.of("w"), found.keySet());
  }

  @Test
  void noMatrixTakesANameThatIsNotItsAlone() throws IOException {
    Map<String, float[]> found =
        read(
            node("MatMul", "/a/MatMul", "x", "onnx::1", "y"),
            node("MatMul", "/a/MatMul_1", "y", "onnx::2", "z"),
            node("MatMul", "/b/MatMul", "z", "onnx::3", "u"),
            counted("onnx::1", 1, 1),
            counted("onnx::2", 1, 1),
            counted("onnx::3", 1, 1),
            counted("b.weight", 7f, 1));
    assertEquals(Set.of("onnx::1", "onnx::2", "onnx::3", "b.weight"), found.keySet());
    assertArrayEquals(new float[] {7}, found.get("b.weight"));
  }

  @Test
  void aLayerUsedTwiceHasOneName() throws IOException {
    Map<String, float[]> found =
        read(
            node("MatMul", "/a/MatMul", "x", "onnx::1", "y"),
            node("MatMul", "/a/MatMul_1", "y", "onnx::1", "z"),
            counted("onnx::1", 2, 1));
    assertEquals(Set.of("a.weight"), found.keySet());
  }

  @Test
  void everyFloatTypeIsReadHoweverItIsStored() throws IOException {
    ByteBuffer doubles = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    doubles.putDouble(1.5).putDouble(-2);
    byte[] packedHalves = new OnnxBytes().varint(0x3e00).varint(0xc000).bytes();
    byte[] packedBfloats = new OnnxBytes().varint(0x3fc0).varint(0xc000).bytes();
    byte[] halves = {0x00, 0x3e, 0x00, (byte) 0xc0};
    byte[] bfloats = {(byte) 0xc0, 0x3f, 0x00, (byte) 0xc0};
    Map<String, float[]> found =
        read(
            tensor("f64", OnnxBytes.DOUBLE, 2).bytes(9, doubles.array()).bytes(),
            tensor("f64 data", OnnxBytes.DOUBLE, 2).bytes(10, doubles.array()).bytes(),
            tensor("f16", OnnxBytes.FLOAT16, 2).bytes(9, halves).bytes(),
            tensor("f16 data", OnnxBytes.FLOAT16, 2).bytes(5, packedHalves).bytes(),
            tensor("bf16", OnnxBytes.BFLOAT16, 2).bytes(9, bfloats).bytes(),
            tensor("bf16 data", OnnxBytes.BFLOAT16, 2).bytes(5, packedBfloats).bytes());
    assertEquals(6, found.size());
    found.forEach((name, values) -> assertArrayEquals(new float[] {1.5f, -2}, values, name));
    byte[] f32 = tensor("f32 data", OnnxBytes.FLOAT, 3).bytes(4, floats(0, 3)).bytes();
    assertArrayEquals(new float[] {0, 1, 2}, read(f32).get("f32 data"));
  }

  @Test
  void integersExtentsAndEmptyTensorsAreRead() throws IOException {
    byte[] extents = new OnnxBytes().varint(2).varint(1).bytes();
    byte[] packed =
        new OnnxBytes()
            .number(2, OnnxBytes.INT64)
            .bytes(1, extents)
            .text(8, "ids")
            .bytes(7, new OnnxBytes().varint(-1).varint(300).bytes())
            .bytes();
    byte[] graph = new OnnxBytes().bytes(5, packed).bytes(5, counted("none", 0, 3)).bytes();
    try (OnnxFile file = OnnxFile.open(write(new OnnxBytes().bytes(7, graph).bytes()))) {
      assertArrayEquals(new long[] {2, 1}, file.tensor("ids").info().shape());
      assertEquals(-1, file.tensor("ids").data().get(ValueLayout.JAVA_LONG_UNALIGNED, 0));
      assertEquals(300, file.tensor("ids").data().get(ValueLayout.JAVA_LONG_UNALIGNED, 8));
      assertEquals(0, file.tensor("none").data().byteSize());
    }
  }

  @Test
  void aFolderIsLookedThroughForOnnx() throws IOException {
    byte[] content = model(counted("w", 2));
    Path inner = Files.createDirectories(folder.resolve("m/onnx")).resolve("model.onnx");
    Files.write(inner, content);
    try (Checkpoint checkpoint = Checkpoint.open(folder.resolve("m"))) {
      assertArrayEquals(new float[] {0, 1}, values(checkpoint.tensor("w")));
      assertEquals(8, checkpoint.byteSize());
    }
    assertTrue(Checkpoint.isIn(folder.resolve("m")));
    assertFalse(Checkpoint.isIn(folder.resolve("m/onnx/none")));
    try (Checkpoint checkpoint = Checkpoint.open(inner)) {
      assertEquals(Set.of("w"), checkpoint.names());
    }
  }

  @Test
  void whatCannotBeReadIsRefusedByName() throws IOException {
    byte[] external = tensor("far", OnnxBytes.FLOAT, 2).number(14, 1).bytes();
    assertRefused(model(external), "tensor 'far' lies in another file");
    assertRefused(model(tensor("s", 8, 1).bytes()), "tensor 's' has the element type 8");
    assertRefused(model(tensor("s", 99, 1).bytes()), "element type 99");
    byte[] few = tensor("w", OnnxBytes.FLOAT, 3).bytes(9, new byte[8]).bytes();
    assertRefused(model(few), "takes 12 bytes, but 8 are stored");
    byte[] twice = counted("w", 1);
    assertRefused(model(twice, twice), "tensor 'w' is there twice");
    assertRefused(new byte[0], "holds no graph");
    byte[] pointer =
        "version https://git-lfs.github.com/spec/v1\n".getBytes(StandardCharsets.UTF_8);
    assertRefused(pointer, "of another format");
  }

  @Test
  void aClosedFileSaysSo() throws IOException {
    OnnxFile file = OnnxFile.open(write(model(counted("w", 1))));
    file.close();
    file.close();
    ModelException e = assertThrows(ModelException.class, () -> file.tensor("w"));
    assertTrue(e.getMessage().contains("has been closed"), e.getMessage());
    assertThrows(ModelException.class, () -> OnnxFile.open(folder.resolve("none.onnx")));
    assertThrows(ModelException.class, () -> OnnxFile.open(folder));
  }
}
