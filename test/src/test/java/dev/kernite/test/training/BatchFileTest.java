package dev.kernite.test.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.Conversions;
import dev.kernite.models.checkpoint.FileDtype;
import dev.kernite.models.checkpoint.RawTensor;
import dev.kernite.models.checkpoint.SafetensorsWriter;
import dev.kernite.models.training.BatchFile;
import java.lang.foreign.MemorySegment;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Batches come out in the order of the file, and files whose tensors do not fit are refused. */
class BatchFileTest {
  @TempDir Path folder;

  @Test
  void languageModelBatchesAreTokenIds() throws URISyntaxException {
    try (BatchFile file = BatchFile.open(fixture("gpt2-finetune"))) {
      assertEquals(20, file.steps());
      assertEquals(Set.of("input_ids"), Set.copyOf(file.names()));
      assertArrayEquals(new long[] {4, 16}, file.tensor("input_ids", 0).info().shape());
    }
  }

  @Test
  void classifierBatchesHaveMasksAndLabels() throws URISyntaxException {
    try (BatchFile file = BatchFile.open(fixture("bert-finetune"))) {
      assertEquals(15, file.steps());
      assertEquals(Set.of("input_ids", "attention_mask", "labels"), Set.copyOf(file.names()));
      assertArrayEquals(new long[] {6, 12}, file.tensor("attention_mask", 14).info().shape());
      assertArrayEquals(new long[] {6}, file.tensor("labels", 14).info().shape());
    }
  }

  @Test
  void aStepIsItsPartOfTheTensor() {
    Path path = folder.resolve("x.safetensors");
    MemorySegment ids = MemorySegment.ofArray(new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
    new SafetensorsWriter().ints("batches", FileDtype.I64, ids, 3, 2, 2).write(path);
    try (BatchFile file = BatchFile.open(path)) {
      for (int step = 0; step < 3; step++) {
        int[] expected = {4 * step, 4 * step + 1, 4 * step + 2, 4 * step + 3};
        assertArrayEquals(expected, ints(file.tensor("input_ids", step)));
      }
      assertRefused("no 'input_ids' for step 3", () -> file.tensor("input_ids", 3));
      assertRefused("no 'labels'", () -> file.tensor("labels", 0));
    }
  }

  @Test
  void filesThatDoNotFitAreRefused() {
    MemorySegment eight = MemorySegment.ofArray(new int[8]);
    SafetensorsWriter both =
        new SafetensorsWriter()
            .ints("batches", FileDtype.I32, eight, 2, 2, 2)
            .ints("input_ids", FileDtype.I32, eight, 2, 2, 2);
    assertFileRefused("needs one tensor", both);
    assertFileRefused("needs one tensor", new SafetensorsWriter());
    assertFileRefused(
        "must be integers [step, batch, time]",
        new SafetensorsWriter().ints("batches", FileDtype.I32, eight, 4, 2));
    assertFileRefused(
        "must be integers [step, batch, time]",
        new SafetensorsWriter().floats("batches", FileDtype.F32, eight, 2, 2, 2));
    assertFileRefused(
        "not empty",
        new SafetensorsWriter()
            .ints("batches", FileDtype.I32, MemorySegment.ofArray(new int[0]), 2, 0, 2));
    assertFileRefused("unknown tensor 'label'", withIds("label", eight, 2, 2, 2));
    assertFileRefused("tensor 'labels': its shape [2, 4]", withIds("labels", eight, 2, 4));
    assertFileRefused(
        "tensor 'attention_mask': its shape [2, 2, 1, 2]",
        withIds("attention_mask", eight, 2, 2, 1, 2));
    assertFileRefused(
        "tensor 'attention_mask': its shape [2, 4]", withIds("attention_mask", eight, 2, 4));
  }

  private static SafetensorsWriter withIds(String name, MemorySegment ints, long... shape) {
    return new SafetensorsWriter()
        .ints("input_ids", FileDtype.I64, ints, 2, 2, 2)
        .ints(name, FileDtype.I64, ints, shape);
  }

  private void assertFileRefused(String why, SafetensorsWriter writer) {
    Path path = folder.resolve("x.safetensors");
    writer.write(path);
    assertRefused(why, () -> BatchFile.open(path).close());
  }

  private static void assertRefused(String why, Runnable action) {
    ModelException e = assertThrows(ModelException.class, action::run);
    assertTrue(e.getMessage().contains(why), e.getMessage());
  }

  private static int[] ints(RawTensor tensor) {
    int[] ints = new int[(int) tensor.info().elements()];
    Conversions.toInt32(tensor, MemorySegment.ofArray(ints));
    return ints;
  }

  private static Path fixture(String name) throws URISyntaxException {
    return Path.of(
        BatchFileTest.class
            .getResource("/fixtures/training/" + name + "/data.safetensors")
            .toURI());
  }
}
