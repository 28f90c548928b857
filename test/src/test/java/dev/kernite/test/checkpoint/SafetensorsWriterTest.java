package dev.kernite.test.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.FileDtype;
import dev.kernite.models.checkpoint.RawTensor;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.checkpoint.SafetensorsWriter;
import dev.kernite.models.checkpoint.TensorInfo;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The writer's files are those of the reference implementation; what it cannot write it refuses.
 */
class SafetensorsWriterTest {
  @TempDir Path folder;

  /** The fixtures were written by Hugging Face's safetensors (Rust). */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpt2-plain/model.safetensors",
        "gpt2-bf16/model.safetensors",
        "gpt2-f64/model.safetensors",
        "gpt2-sharded/model-00002-of-00003.safetensors"
      })
  void rewritingAReferenceFileGivesTheSameBytes(String name) throws IOException {
    Path original = Layouts.path(name);
    Path copy = folder.resolve("copy.safetensors");
    try (Safetensors file = Safetensors.open(original)) {
      SafetensorsWriter writer = new SafetensorsWriter();
      file.metadata().forEach(writer::metadata);
      for (TensorInfo info : file.tensors()) {
        writer.tensor(info.name(), info.dtype(), file.tensor(info.name()).data(), info.shape());
      }
      writer.write(copy);
    }
    assertEquals(-1, Files.mismatch(original, copy));
  }

  @Test
  void integersAreWidenedAndFloatsRoundedWhileWriting() {
    Path path = folder.resolve("numbers.safetensors");
    MemorySegment ints = MemorySegment.ofArray(new int[] {-100, Integer.MAX_VALUE});
    MemorySegment floats = MemorySegment.ofArray(new float[] {1f, -0.1f, 3e38f});
    new SafetensorsWriter()
        .ints("i64", FileDtype.I64, ints, 2)
        .ints("i32", FileDtype.I32, ints, 1, 2)
        .floats("bf16", FileDtype.BF16, floats, 3)
        .floats("f32", FileDtype.F32, floats, 3, 1)
        .write(path);
    try (Safetensors file = Safetensors.open(path)) {
      assertArrayEquals(
          new long[] {-100, Integer.MAX_VALUE},
          file.tensor("i64").data().toArray(ValueLayout.JAVA_LONG_UNALIGNED));
      assertArrayEquals(
          new int[] {-100, Integer.MAX_VALUE},
          file.tensor("i32").data().toArray(ValueLayout.JAVA_INT_UNALIGNED));
      assertArrayEquals(
          new short[] {0x3f80, (short) 0xbdcd, 0x7f62},
          file.tensor("bf16").data().toArray(ValueLayout.JAVA_SHORT_UNALIGNED));
      assertArrayEquals(
          new float[] {1f, -0.1f, 3e38f},
          file.tensor("f32").data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED));
    }
  }

  @Test
  void tensorsLargerThanOneSliceKeepTheirOrder() {
    Path path = folder.resolve("slices.safetensors");
    int count = (9 << 20) / Float.BYTES * 2 + 3; // two slices of 8 MiB and a rest
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment floats = arena.allocate(ValueLayout.JAVA_FLOAT, count);
      for (int i = 0; i < count; i++) {
        floats.setAtIndex(ValueLayout.JAVA_FLOAT, i, i);
      }
      new SafetensorsWriter()
          .tensor("raw", FileDtype.F32, floats, count)
          .floats("rounded", FileDtype.F16, floats, count)
          .floats("same", FileDtype.F32, floats, count)
          .write(path);
      try (Safetensors file = Safetensors.open(path)) {
        assertEquals(-1, floats.mismatch(file.tensor("raw").data()));
        assertEquals(-1, floats.mismatch(file.tensor("same").data()));
        MemorySegment halves = file.tensor("rounded").data();
        for (int i = 0; i < count; i++) {
          short half = halves.get(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * i);
          assertEquals(Float.floatToFloat16(i), half);
        }
      }
    }
  }

  @Test
  void impossibleTensorsAreRefused() {
    SafetensorsWriter writer = new SafetensorsWriter();
    MemorySegment four = MemorySegment.ofArray(new byte[4]);
    writer.tensor("a", FileDtype.F32, four, 1);
    assertRefused("added twice", () -> writer.tensor("a", FileDtype.F32, four, 1));
    assertRefused("its shape asks for 8", () -> writer.tensor("b", FileDtype.F32, four, 2));
    assertRefused("negative", () -> writer.tensor("b", FileDtype.F32, four, -1));
    assertRefused("no size", () -> writer.tensor("b", FileDtype.U8, four, 1L << 62, 4));
    assertRefused("rename", () -> writer.tensor("__metadata__", FileDtype.F32, four, 1));
    assertRefused("rename", () -> writer.tensor("\ud800", FileDtype.F32, four, 1));
    assertRefused("Unicode", () -> writer.metadata("k", "\udc00"));
    assertRefused("not I64", () -> writer.floats("b", FileDtype.I64, four, 1));
    assertRefused("not F32", () -> writer.ints("b", FileDtype.F32, four, 1));
    assertRefused("65 dimensions", () -> writer.tensor("b", FileDtype.F32, four, ones(65)));
  }

  @Test
  void aFolderThatDoesNotExistIsNamed() {
    Path path = folder.resolve("absent/model.safetensors");
    assertRefused(
        path + ": cannot be written (no such file or folder)",
        () -> new SafetensorsWriter().write(path));
  }

  @Test
  void aFullDiskIsReported() {
    Path full = Path.of("/dev/full");
    Assumptions.assumeTrue(Files.exists(full), "this system has no /dev/full");
    assertRefused(
        "/dev/full: cannot be written (No space left on device)",
        () ->
            new SafetensorsWriter()
                .tensor("a", FileDtype.U8, MemorySegment.ofArray(new byte[1 << 20]), 1 << 20)
                .write(full));
  }

  @Test
  void aFileMayBeReplacedByTensorsOfItself() throws IOException {
    Path path = folder.resolve("model.safetensors");
    Files.copy(Layouts.path("gpt2-plain/model.safetensors"), path);
    try (Safetensors file = Safetensors.open(path)) {
      RawTensor kept = file.tensor("transformer.wte.weight");
      new SafetensorsWriter()
          .tensor("wte", kept.info().dtype(), kept.data(), kept.info().shape())
          .write(path);
      try (Safetensors replaced = Safetensors.open(path)) {
        assertEquals(List.of("wte"), replaced.tensors().stream().map(TensorInfo::name).toList());
        assertEquals(-1, kept.data().mismatch(replaced.tensor("wte").data()));
      }
    }
  }

  private static long[] ones(int rank) {
    long[] shape = new long[rank];
    java.util.Arrays.fill(shape, 1);
    return shape;
  }

  private static void assertRefused(String why, Runnable action) {
    ModelException e = assertThrows(ModelException.class, action::run);
    assertTrue(e.getMessage().contains(why), () -> "expected '" + why + "' in " + e.getMessage());
  }
}
