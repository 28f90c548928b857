package dev.kernite.test.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.kernite.models.checkpoint.FileDtype;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.checkpoint.SafetensorsWriter;
import dev.kernite.models.checkpoint.TensorInfo;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** What is written is read back, bit for bit, whatever the names, types, shapes and bytes. */
class SafetensorsWriterProperties {
  private static Path folder;

  @BeforeContainer
  static void makeFolder() throws IOException {
    folder = Files.createTempDirectory("writer");
  }

  @AfterContainer
  static void removeFolder() throws IOException {
    try (var left = Files.list(folder)) {
      assertEquals(List.of(), left.toList(), "files left behind");
    }
    Files.delete(folder);
  }

  /** A tensor to write. */
  record Sample(String name, FileDtype dtype, long[] shape, byte[] bytes) {}

  @Property(tries = 300)
  void whatIsWrittenIsReadBack(
      @ForAll("tensors") List<Sample> tensors, @ForAll("metadata") Map<String, String> metadata)
      throws IOException {
    Path path = folder.resolve("round-trip.safetensors");
    SafetensorsWriter writer = new SafetensorsWriter();
    metadata.forEach(writer::metadata);
    for (Sample t : tensors) {
      writer.tensor(t.name, t.dtype, MemorySegment.ofArray(t.bytes), t.shape);
    }
    writer.write(path);
    try (Safetensors file = Safetensors.open(path)) {
      assertEquals(metadata, file.metadata());
      assertEquals(tensors.size(), file.tensors().size());
      for (Sample t : tensors) {
        assertEquals(TensorInfo.of(t.name, t.dtype, t.shape), file.tensor(t.name).info());
        assertArrayEquals(t.bytes, file.tensor(t.name).data().toArray(ValueLayout.JAVA_BYTE));
      }
    }
    byte[] first = Files.readAllBytes(path);
    assertEquals(0, Byte.toUnsignedInt(first[0]) % 8, "data must begin on a multiple of 8");
    assertArrayEquals(first, writtenInAnotherOrder(path, tensors, metadata));
    Files.delete(path);
  }

  private static byte[] writtenInAnotherOrder(
      Path path, List<Sample> tensors, Map<String, String> metadata) throws IOException {
    SafetensorsWriter writer = new SafetensorsWriter();
    for (Sample t : tensors.reversed()) {
      writer.tensor(t.name, t.dtype, MemorySegment.ofArray(t.bytes), t.shape);
    }
    metadata.forEach(writer::metadata);
    writer.write(path);
    return Files.readAllBytes(path);
  }

  @Property(tries = 50)
  void namesKeepEveryCharacter(@ForAll("names") String name) throws IOException {
    Path path = folder.resolve("name.safetensors");
    new SafetensorsWriter()
        .tensor(name, FileDtype.U8, MemorySegment.ofArray(new byte[] {1}), 1)
        .write(path);
    try (Safetensors file = Safetensors.open(path)) {
      assertEquals(name, file.tensors().getFirst().name());
      assertFalse(file.contains(name + "x"));
    }
    Files.delete(path);
  }

  @Provide
  Arbitrary<String> names() {
    return Arbitraries.strings()
        .withChars('a', 'Z', '.', '_', '"', '\\', '/', '\n', '\u0000', 'é', '語')
        .ofMaxLength(40)
        .filter(name -> !name.equals("__metadata__"));
  }

  @Provide
  Arbitrary<Map<String, String>> metadata() {
    return Arbitraries.maps(names(), names()).ofMaxSize(4);
  }

  @Provide
  Arbitrary<List<Sample>> tensors() {
    Arbitrary<FileDtype> dtypes =
        Arbitraries.of(FileDtype.class).filter(dtype -> dtype.bits() % 8 == 0);
    Arbitrary<long[]> shapes = Arbitraries.longs().between(0, 5).array(long[].class).ofMaxSize(4);
    return Combinators.combine(names(), dtypes, shapes, Arbitraries.longs())
        .as(
            (name, dtype, shape, seed) -> {
              byte[] bytes = new byte[(int) dtype.byteSize(shape)];
              new Random(seed).nextBytes(bytes);
              return new Sample(name, dtype, shape, bytes);
            })
        .list()
        .uniqueElements(Sample::name)
        .ofMaxSize(12)
        .map(Collections::unmodifiableList);
  }
}
