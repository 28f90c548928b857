package dev.kernite.test.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.Checkpoint;
import dev.kernite.models.checkpoint.Conversions;
import dev.kernite.models.checkpoint.FileDtype;
import dev.kernite.models.checkpoint.RawTensor;
import dev.kernite.models.checkpoint.SafetensorsWriter;
import dev.kernite.models.checkpoint.TensorFiles;
import dev.kernite.models.checkpoint.TensorInfo;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One file or many shards give the same tensors; an index that does not fit its shards is refused.
 */
class CheckpointTest {
  @TempDir Path folder;

  @BeforeEach
  void writeTwoShards() {
    shard("one.safetensors", "a", "b");
    shard("two.safetensors", "c");
  }

  @Test
  void shardsHoldWhatTheSingleFileHolds() {
    try (Checkpoint whole = Checkpoint.open(Layouts.path("gpt2-plain"));
        Checkpoint shards = Checkpoint.open(Layouts.path("gpt2-sharded"))) {
      assertEquals(3, shards.files().size());
      assertEquals(Set.copyOf(whole.names()), Set.copyOf(shards.names()));
      assertEquals(whole.byteSize(), shards.byteSize());
      for (TensorInfo info : whole.tensors()) {
        RawTensor tensor = shards.tensor(info.name());
        assertEquals(info, tensor.info());
        assertEquals(-1, whole.tensor(info.name()).data().mismatch(tensor.data()));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 3, 1L << 40})
  void rowsWithoutValuesAreRefused(long rows) {
    TensorInfo info = TensorInfo.of("ids", FileDtype.I64, rows, 0);
    RawTensor empty = new RawTensor(Path.of("in"), info, MemorySegment.ofArray(new byte[0]));
    ModelException e = assertThrows(ModelException.class, () -> TensorFiles.rows(empty));
    assertTrue(e.getMessage().contains("'ids': has 0 values"), e.getMessage());
  }

  /** The same weights rounded by PyTorch: ours widened back must lie within the unit roundoff. */
  @ParameterizedTest
  @CsvSource({"gpt2-bf16,0x1p-8", "gpt2-f16,0x1p-11", "gpt2-f64,0"})
  void otherTypesHoldTheSameWeightsRounded(String layout, double unit) {
    try (Checkpoint plain = Checkpoint.open(Layouts.path("gpt2-plain"));
        Checkpoint rounded = Checkpoint.open(Layouts.path(layout))) {
      for (String name : plain.names()) {
        float[] expected = floats(plain.tensor(name));
        float[] actual = floats(rounded.tensor(name));
        for (int i = 0; i < expected.length; i++) {
          double tolerance = unit * Math.abs(expected[i]) + (unit == 0 ? 0 : 0x1p-25);
          assertTrue(Math.abs(expected[i] - actual[i]) <= tolerance, name);
        }
      }
    }
  }

  @Test
  void aSingleFileIsACheckpointWhateverItsName() {
    try (Checkpoint checkpoint = Checkpoint.open(folder.resolve("one.safetensors"))) {
      assertEquals(Set.of("a", "b"), checkpoint.names());
    }
  }

  @Test
  void anIndexMayBeOpenedByItsPath() throws IOException {
    Path index = index("{'a':'one.safetensors','b':'one.safetensors','c':'two.safetensors'}");
    try (Checkpoint checkpoint = Checkpoint.open(index)) {
      assertEquals(Set.of("a", "b", "c"), checkpoint.names());
      assertEquals(8, checkpoint.tensor("c").data().byteSize());
    }
  }

  @Test
  void aFolderWithoutWeightsSaysWhatWasLookedFor() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    assertRefused(empty, "looked for model.safetensors, model.safetensors.index.json, model.onnx");
    Files.createFile(empty.resolve("pytorch_model.bin"));
    assertRefused(empty, "there is 'pytorch_model.bin'");
    assertRefused(folder.resolve("absent"), "no such file");
  }

  @Test
  void aMissingShardIsNamed() throws IOException {
    index("{'a':'one.safetensors','z':'three.safetensors'}");
    assertRefused(folder, "shard 'three.safetensors' is missing");
  }

  @Test
  void aTensorThatIsNotInItsShardIsNamed() throws IOException {
    index("{'a':'one.safetensors','c':'one.safetensors','b':'two.safetensors'}");
    assertRefused(folder, "tensor 'c' should be in shard 'one.safetensors' but is in two");
    index("{'a':'one.safetensors','d':'one.safetensors'}");
    assertRefused(folder, "tensor 'd' should be in shard 'one.safetensors' but is in none");
  }

  @Test
  void aTensorInTwoShardsIsRefused() throws IOException {
    shard("two.safetensors", "b", "c");
    index("{'a':'one.safetensors','b':'one.safetensors','c':'two.safetensors'}");
    assertRefused(folder, "two.safetensors: tensor 'b': is also in");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../one.safetensors",
        "/etc/passwd",
        "x/one.safetensors",
        "..",
        "",
        "C:a",
        "..\\\\a"
      })
  void aShardOutsideTheFolderIsRefused(String shard) throws IOException {
    index("{'a':'" + shard + "'}");
    assertRefused(folder, "a shard must be a file beside the index");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'a':1}                                     | must be a string
          ['a']                                       | must be an object
          {'a':'one.safetensors','a':'two.safetensors'} | Duplicate
          {'a':'one.safetensors'                      | not valid JSON
          null                                        | is missing
          """)
  void aBrokenIndexIsRefused(String weightMap, String why) throws IOException {
    index(weightMap);
    assertRefused(folder, why);
  }

  @Test
  void aClosedCheckpointHandsOutNoTensor() {
    Checkpoint checkpoint = Checkpoint.open(folder.resolve("one.safetensors"));
    checkpoint.close();
    checkpoint.close();
    ModelException e = assertThrows(ModelException.class, () -> checkpoint.tensor("a"));
    assertTrue(e.getMessage().contains("has been closed"), e.getMessage());
  }

  private void shard(String file, String... names) {
    SafetensorsWriter writer = new SafetensorsWriter();
    for (String name : names) {
      writer.floats(name, FileDtype.F32, MemorySegment.ofArray(new float[] {1, 2}), 2);
    }
    writer.write(folder.resolve(file));
  }

  private Path index(String weightMap) throws IOException {
    String json = "{'metadata':{'total_size':24},'weight_map':" + weightMap + "}";
    return Files.writeString(
        folder.resolve("model.safetensors.index.json"), json.replace('\'', '"'));
  }

  private static float[] floats(RawTensor tensor) {
    float[] floats = new float[(int) tensor.info().elements()];
    Conversions.toFloat32(tensor, MemorySegment.ofArray(floats));
    return floats;
  }

  private static void assertRefused(Path path, String why) {
    ModelException e = assertThrows(ModelException.class, () -> Checkpoint.open(path).close());
    assertTrue(e.getMessage().contains(why), () -> "expected '" + why + "' in " + e.getMessage());
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
  }
}
