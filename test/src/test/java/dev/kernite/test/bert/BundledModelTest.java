package dev.kernite.test.bert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.kernite.models.BundledModel;
import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models by name: unpacked once from the class path, whole or not at all. */
class BundledModelTest {
  private static final String CACHE = "kernite.cache";

  @TempDir private Path cache;
  private String before;

  @BeforeEach
  void useAnEmptyCache() {
    before = System.setProperty(CACHE, cache.toString());
  }

  @AfterEach
  void restore() {
    if (before == null) {
      System.clearProperty(CACHE);
    } else {
      System.setProperty(CACHE, before);
    }
  }

  @Test
  void aModelIsUnpackedOnceAndAgainIfItIsNotWhole() throws IOException {
    BundledModel model = BundledModel.byName("minilm").orElseThrow();
    Path folder = model.folder();
    assertTrue(folder.startsWith(cache), folder::toString);
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertTrue(checkpoint.contains("encoder.layer.5.output.dense.weight"));
    }
    Path weights = folder.resolve("model.onnx");
    Object file = Files.getAttribute(weights, "unix:ino");
    assertEquals(folder, model.folder());
    assertEquals(file, Files.getAttribute(weights, "unix:ino"));
    long bytes = Files.size(weights);
    Files.write(weights, new byte[1]);
    assertEquals(bytes, Files.size(model.folder().resolve("model.onnx")));
  }

  @Test
  void aFolderThatCannotBeWrittenIsNamed() throws IOException {
    System.setProperty(CACHE, Files.createFile(cache.resolve("file")).toString());
    ModelException e = assertThrows(ModelException.class, BundledModel.MINILM::folder);
    assertTrue(e.getMessage().contains("-Dkernite.cache=FOLDER"), e.getMessage());
  }

  @Test
  void aModelThatIsNotThereNamesItsArtifact() {
    BundledModel model = BundledModel.BGE_SMALL;
    assumeFalse(model.isOnClassPath(), "its artifact is there");
    ModelException e = assertThrows(ModelException.class, model::folder);
    assertTrue(e.getMessage().contains(model.artifact()), e.getMessage());
  }

  @Test
  void onlyTheirShortNamesAreNames() {
    assertEquals(Optional.of(BundledModel.BGE_SMALL), BundledModel.byName("bge-small"));
    assertFalse(BundledModel.byName("all-minilm-l6-v2").isPresent());
    assertFalse(BundledModel.byName("MINILM").isPresent());
  }
}
