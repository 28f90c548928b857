package dev.kernite.test.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.FileDtype;
import dev.kernite.models.checkpoint.SafetensorsWriter;
import dev.kernite.models.training.Batch;
import dev.kernite.models.training.FileBatches;
import dev.kernite.models.training.TextData;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Text becomes tokens to learn from and tokens to be judged by; files become batches. */
final class TrainingDataTest {
  private static final int END = 0;

  @TempDir private Path folder;

  /** A tokenizer of one token a character. */
  private static int[] encode(String text) {
    return text.codePoints().toArray();
  }

  private static int[] tokens(String text) {
    return text.chars().map(c -> c == '|' ? END : c).toArray();
  }

  @Test
  void heldOutBlocksAreInNoTrainingText() throws IOException {
    Path file = Files.writeString(folder.resolve("a.txt"), "aaaabbbbccccddddeeeeffffgg");
    TextData data = TextData.read(file, TrainingDataTest::encode, END, 4, 3);
    assertArrayEquals(tokens("aaaabbbb|ddddeeee|gg|"), data.training());
    assertEquals(2, data.heldOut().size());
    assertArrayEquals(tokens("|cccc"), data.heldOut().get(0));
    assertArrayEquals(tokens("|ffff"), data.heldOut().get(1));
    assertEquals(8, data.heldOutBytes());
  }

  @Test
  void withoutAnEndTokenPiecesFollowEachOther() throws IOException {
    Path file = Files.writeString(folder.resolve("a.txt"), "aaaabbbbccccdd");
    TextData data = TextData.read(file, TrainingDataTest::encode, -1, 4, 2);
    assertArrayEquals(tokens("aaaacccc"), data.training());
    assertArrayEquals(tokens("bbbb"), data.heldOut().get(0));
    assertArrayEquals(tokens("dd"), data.heldOut().get(1));
  }

  @Test
  void jsonLinesAreDocuments() throws IOException {
    String lines = "{\"text\":\"one\"}\n\n{\"text\":\"zwö\",\"id\":2}\n{\"text\":\"tri\"}\n";
    Path file = Files.writeString(folder.resolve("a.jsonl"), lines);
    TextData data = TextData.read(file, TrainingDataTest::encode, END, 4, 2);
    assertArrayEquals(tokens("one|tri|"), data.training());
    assertArrayEquals(tokens("|zwö"), data.heldOut().get(0));
    assertEquals(4, data.heldOutBytes());
  }

  @Test
  void aFileOfItsOwnIsHeldOutWhole() throws IOException {
    Path file = Files.writeString(folder.resolve("a.txt"), "ä bc");
    TextData data = TextData.heldOut(file, TrainingDataTest::encode, END);
    assertEquals(0, data.training().length);
    assertArrayEquals(tokens("|ä bc"), data.heldOut().get(0));
    assertEquals(5, data.heldOutBytes());
  }

  @Test
  void badTextFilesAreRefusedByLine() throws IOException {
    Path noText = Files.writeString(folder.resolve("a.jsonl"), "{\"text\":\"x\"}\n{\"t\":1}\n");
    assertRefused("a.jsonl:2: needs an object with a string \"text\"", noText);
    Path noJson = Files.writeString(folder.resolve("b.jsonl"), "{\"text\"\n");
    assertRefused("b.jsonl:1: is not JSON", noJson);
    Path nothing = Files.writeString(folder.resolve("c.jsonl"), "\n");
    assertRefused("holds no text", nothing);
    assertRefused("d.txt: no such file", folder.resolve("d.txt"));
  }

  private static void assertRefused(String message, Path file) {
    ModelException error =
        assertThrows(
            ModelException.class, () -> TextData.read(file, TrainingDataTest::encode, END, 4, 0));
    assertTrue(error.getMessage().contains(message), error.getMessage());
  }

  private static SafetensorsWriter ints(SafetensorsWriter file, String name, int... values) {
    return file.ints(name, FileDtype.I64, MemorySegment.ofArray(values), 2, 1, 3);
  }

  @Test
  void labelsOfPaddingDoNotCount() {
    Path file = folder.resolve("b.safetensors");
    SafetensorsWriter writer = ints(new SafetensorsWriter(), "input_ids", 1, 2, 3, 4, 5, 6);
    ints(writer, "attention_mask", 1, 1, 1, 0, 1, 1).write(file);
    try (FileBatches batches = new FileBatches(file)) {
      assertEquals(2, batches.stepsPerEpoch());
      Batch second = batches.batch(1);
      assertArrayEquals(new int[][] {{4, 5, 6}}, second.ids());
      assertArrayEquals(new boolean[][] {{false, true, true}}, second.mask());
      assertArrayEquals(new int[][] {{Batch.IGNORED, 5, 6}}, second.labels());
      assertArrayEquals(second.ids(), batches.batch(3).ids(), "the data starts over");
      assertEquals(1, batches.size());
    }
    try (FileBatches batches = new FileBatches(file, true)) {
      assertArrayEquals(new int[][] {{4, 5, 6}}, batches.batch(1).labels(), "padding too");
      assertArrayEquals(new boolean[][] {{false, true, true}}, batches.batch(1).mask());
    }
  }

  @Test
  void givenLabelsAreTaken() {
    Path file = folder.resolve("b.safetensors");
    SafetensorsWriter writer = ints(new SafetensorsWriter(), "input_ids", 1, 2, 3, 4, 5, 6);
    ints(writer, "labels", -100, 2, 3, 7, 8, -100).write(file);
    try (FileBatches batches = new FileBatches(file)) {
      assertNull(batches.batch(0).mask());
      assertArrayEquals(new int[][] {{-100, 2, 3}}, batches.batch(0).labels());
      assertArrayEquals(new int[][] {{7, 8, -100}}, batches.batch(1).labels());
    }
  }

  @Test
  void tensorsOfOtherModelsAreRefused() {
    Path file = folder.resolve("b.safetensors");
    SafetensorsWriter writer = ints(new SafetensorsWriter(), "input_ids", 1, 2, 3, 4, 5, 6);
    ints(writer, "token_type_ids", 0, 0, 0, 0, 0, 0).write(file);
    ModelException error = assertThrows(ModelException.class, () -> new FileBatches(file));
    assertTrue(error.getMessage().contains("token_type_ids"), error.getMessage());
  }
}
