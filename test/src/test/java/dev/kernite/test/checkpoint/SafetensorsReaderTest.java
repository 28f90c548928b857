package dev.kernite.test.checkpoint;

import static dev.kernite.test.checkpoint.Containers.entry;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.FileDtype;
import dev.kernite.models.checkpoint.RawTensor;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.checkpoint.TensorInfo;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The reader keeps every rule of the format: what it must accept, and what it must refuse and how.
 */
class SafetensorsReaderTest {
  @TempDir Path folder;

  @Test
  void aFileWithoutTensorsIsValid() {
    try (Safetensors file = Safetensors.open(Layouts.path("edge-containers/empty.safetensors"))) {
      assertEquals(List.of(), file.tensors());
      assertEquals(Map.of(), file.metadata());
    }
  }

  @Test
  void scalarsEmptyTensorsAndMetadataAreRead() {
    try (Safetensors file =
        Safetensors.open(Layouts.path("edge-containers/scalar_empty_and_metadata.safetensors"))) {
      assertEquals(Map.of("note", "x"), file.metadata());
      assertEquals(
          List.of("scalar", "nothing", "i64", "flags"),
          file.tensors().stream().map(TensorInfo::name).toList());
      RawTensor scalar = file.tensor("scalar");
      assertEquals(TensorInfo.of("scalar", FileDtype.F32), scalar.info());
      assertEquals(1, scalar.info().elements());
      assertEquals(1.5f, scalar.data().get(ValueLayout.JAVA_FLOAT_UNALIGNED, 0));
      assertEquals(TensorInfo.of("nothing", FileDtype.F32, 0, 3), file.tensor("nothing").info());
      assertEquals(0, file.tensor("nothing").data().byteSize());
      MemorySegment i64 = file.tensor("i64").data();
      assertEquals(-1, i64.get(ValueLayout.JAVA_LONG_UNALIGNED, 0));
      assertEquals(1L << 40, i64.get(ValueLayout.JAVA_LONG_UNALIGNED, 8));
      assertArrayEquals(
          new byte[] {1, 0, 1}, file.tensor("flags").data().toArray(ValueLayout.JAVA_BYTE));
    }
  }

  @Test
  void unalignedDataAndKeysInAnyOrderAreRead() {
    try (Safetensors file =
        Safetensors.open(Layouts.path("edge-containers/unaligned_unsorted.safetensors"))) {
      assertEquals(List.of("a", "b", "c"), file.tensors().stream().map(TensorInfo::name).toList());
      assertEquals(7, file.tensor("a").data().get(ValueLayout.JAVA_BYTE, 0));
      MemorySegment b = file.tensor("b").data();
      assertEquals(1.0f, b.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 0));
      assertEquals(-2.5f, b.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4));
      assertEquals(0x3800, file.tensor("c").data().get(ValueLayout.JAVA_SHORT_UNALIGNED, 0));
      assertTrue(b.isReadOnly());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          header_length_huge | header of 4611686018427387904 bytes
          hole               | 8 bytes before its data, from offset 8, belong to no tensor
          negative_dim       | shape must not be negative, found -2
          not_json           | must begin with '{'
          offset_beyond_end  | reach beyond the 16 bytes of data
          overflow_shape     | has no valid size
          overlap            | overlaps tensor 'a'
          reversed_offsets   | end before they begin
          size_mismatch      | takes 12 bytes, its data_offsets [0, 16] hold 16
          too_short          | has 5 bytes
          trailing_bytes     | 4 bytes after the last tensor belong to none
          truncated_data     | reach beyond the 12 bytes of data
          truncated_header   | announces a header of 2280 bytes, but 12 follow
          unknown_dtype      | unknown dtype 'Q7'
          """)
  void malformedFilesAreRefusedWithTheRule(String name, String rule) {
    assertRefused(Layouts.path("malformed/" + name + ".safetensors"), rule);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}} | Duplicate
          {"a":{"dtype":"U8","dtype":"U8","shape":[2],"data_offsets":[0,2]}} | Duplicate
          {"a":{"shape":[2],"data_offsets":[0,2]}}                     | lacks 'dtype'
          {"a":{"dtype":"U8","data_offsets":[0,2]}}                    | lacks 'shape'
          {"a":{"dtype":"U8","shape":[2]}}                             | lacks 'data_offsets'
          {"a":{"dtype":"U8","shape":[2],"data_offsets":[0]}}          | must be [begin, end]
          {"a":{"dtype":"U8","shape":[2],"data_offsets":[0,1,2]}}      | more than 2 numbers
          {"a":{"dtype":"U8","shape":[2],"data_offsets":[-1,1]}}       | must not be negative
          {"a":{"dtype":"U8","shape":[-0],"data_offsets":[0,0]}}       | must not be negative
          {"a":{"dtype":"U8","shape":[2.0],"data_offsets":[0,2]}}      | integers only
          {"a":{"dtype":"U8","shape":["2"],"data_offsets":[0,2]}}      | integers only
          {"a":{"dtype":"U8","shape":[null],"data_offsets":[0,2]}}     | integers only
          {"a":{"dtype":"U8","shape":[[2]],"data_offsets":[0,2]}}      | integers only
          {"a":{"dtype":"U8","shape":2,"data_offsets":[0,2]}}          | must be an array
          {"a":{"dtype":"U8","shape":[18446744073709551618],"data_offsets":[0,2]}} | beyond 64 bits
          {"a":{"dtype":"F32","shape":[0,4611686018427387904,4611686018427387904],"data_offsets":[0,0]}} | no valid size
          {"a":{"dtype":"F64","shape":[1152921504606846977],"data_offsets":[0,2]}} | no valid size
          {"a":{"dtype":"F4","shape":[3],"data_offsets":[0,2]}}        | whole bytes
          {"a":{"dtype":"u8","shape":[2],"data_offsets":[0,2]}}        | unknown dtype 'u8'
          {"a":{"dtype":8,"shape":[2],"data_offsets":[0,2]}}           | dtype must be a string
          {"a":[]}                                                     | described by an object
          {"__metadata__":[]}                                          | must be an object
          {"__metadata__":{"k":1}}                                     | must be a string
          {"__metadata__":{"k":null}}                                  | must be a string
          {"a\\ud800":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}} | surrogate
          {"a\\udc00":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}} | surrogate
          {"__metadata__":{"k":"\\udc00"}} | not valid Unicode
          {"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}} {}     | after its closing
          {"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},}       | not valid JSON
          {"a":{"dtype":"U8","shape":[02],"data_offsets":[0,2]}}       | not valid JSON
          {'a':{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}        | not valid JSON
          {                                                            | not valid JSON
          []                                                           | must begin with '{'
          {}                                                           | 2 bytes after the last tensor
          """)
  void brokenHeadersAreRefusedWithTheRule(String header, String rule) throws IOException {
    assertRefused(write(Containers.file(header, 2)), rule);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}
          {"a":{"dtype":"U8","shape":[1,2,1],"data_offsets":[0,2],"note":{"x":[1,{}]}}}
          {"":{"dtype":"BF16","shape":[],"data_offsets":[0,2]}}
          {"z":{"dtype":"F64","shape":[0],"data_offsets":[2,2]},"a":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]}}
          {"z":{"dtype":"I64","shape":[3,0],"data_offsets":[0,0]},"a":{"dtype":"F4","shape":[4],"data_offsets":[0,2]}}
          {"__metadata__":{},"\\u0000\\n":{"dtype":"U16","shape":[1],"data_offsets":[0,2]}}
          """)
  void unusualHeadersAreAccepted(String header) throws IOException {
    Path file = write(Containers.file(header + "    ", 2));
    assertDoesNotThrow(() -> Safetensors.open(file).close());
  }

  @Test
  void aHeaderOfInvalidUtf8IsRefused() throws IOException {
    byte[] header =
        ("{" + entry("a?", "U8", "[2]", "[0,2]") + "}").getBytes(StandardCharsets.UTF_8);
    header[3] = (byte) 0xC0;
    assertRefused(write(Containers.file(header, 2)), "not valid UTF-8");
  }

  @Test
  void aNameWithALineBreakStaysInOneLine() throws IOException {
    Path file = write(Containers.file("{" + entry("a\\nb", "U8", "[3]", "[0,2]") + "}", 2));
    assertRefused(file, "tensor 'a\\u000ab'");
  }

  @Test
  void deepNestingIsRefused() throws IOException {
    String deep = "[".repeat(1_000_000);
    assertRefused(write(Containers.file("{\"a\":{\"x\":" + deep, 0)), "not valid JSON");
  }

  @Test
  void aLongShapeIsRefused() throws IOException {
    String shape = "[" + "1,".repeat(100_000) + "1]";
    assertRefused(
        write(Containers.file("{" + entry("a", "U8", shape, "[0,1]") + "}", 1)),
        "more than 64 numbers");
  }

  @Test
  void missingFilesAndFoldersAreNamed() {
    assertRefused(folder.resolve("absent.safetensors"), "no such file");
    assertRefused(folder, "is a folder");
  }

  @Test
  void anUnknownTensorNamesTheKnownOnes() {
    try (Safetensors file =
        Safetensors.open(Layouts.path("edge-containers/unaligned_unsorted.safetensors"))) {
      assertFalse(file.contains("d"));
      ModelException e = assertThrows(ModelException.class, () -> file.tensor("d"));
      assertTrue(e.getMessage().endsWith("no tensor 'd'; it holds 'a', 'b', 'c'"), e.getMessage());
    }
  }

  @Test
  void aClosedFileHandsOutNoTensor() {
    Safetensors file =
        Safetensors.open(Layouts.path("edge-containers/unaligned_unsorted.safetensors"));
    file.close();
    file.close();
    ModelException e = assertThrows(ModelException.class, () -> file.tensor("a"));
    assertTrue(e.getMessage().contains("closed"), e.getMessage());
  }

  @Test
  void tensorsOverTwoGibibytesAreReadInPlace() throws IOException {
    long rows = (1L << 29) + 5; // of F32: 2 GiB and 20 bytes, in a sparse file
    String header = "{" + entry("big", "F32", "[" + rows + "]", "[0," + 4 * rows + "]") + "}";
    Path path = folder.resolve("big.safetensors");
    try (FileChannel channel =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.SPARSE)) {
      channel.write(ByteBuffer.wrap(Containers.file(header, 0)));
      ByteBuffer last = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(0, 3.5f);
      channel.write(last, 8 + header.length() + 4 * (rows - 1));
    }
    try (Safetensors file = Safetensors.open(path)) {
      MemorySegment data = file.tensor("big").data();
      assertEquals(4 * rows, data.byteSize());
      assertEquals(3.5f, data.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, rows - 1));
      assertEquals(0f, data.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, rows - 2));
    }
    Files.delete(path);
  }

  private Path write(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("made.safetensors"), bytes);
  }

  private static void assertRefused(Path file, String rule) {
    ModelException e = assertThrows(ModelException.class, () -> Safetensors.open(file).close());
    assertTrue(e.getMessage().contains(rule), () -> "expected '" + rule + "' in " + e.getMessage());
    assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
  }
}
