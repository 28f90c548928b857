package dev.kernite.models.checkpoint;

import dev.kernite.models.ModelException;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Writes a safetensors file whole or not at all (see {@link AtomicFiles}). The same tensors give
 * the same bytes: metadata sorted by key, tensors by alignment (widest types first) and then by
 * name, the header padded with spaces to a multiple of 8, as the reference implementation lays
 * files out. Data streams from the memory it lies in.
 */
public final class SafetensorsWriter {
  private static final int ALIGNMENT = 8;

  /** Bytes handed to the channel, or converted, at a time. */
  private static final long SLICE = 8 << 20;

  private static final JsonFactory JSON = new JsonFactory();

  private final Map<String, String> metadata = new TreeMap<>();
  private final Map<String, Source> tensors = new TreeMap<>();

  /** Starts an empty file. */
  public SafetensorsWriter() {}

  /** How memory becomes the bytes of the file. */
  private enum Encoding {
    AS_IS,
    FLOATS,
    INTS
  }

  /** A tensor to be written. */
  private record Source(TensorInfo info, MemorySegment memory, Encoding encoding) {}

  /**
   * Adds a string to the file's metadata.
   *
   * @param key the key; an earlier value is replaced
   * @param value the value
   * @return this
   * @throws ModelException if either is not valid Unicode
   */
  public SafetensorsWriter metadata(String key, String value) {
    if (!Describe.isUnicode(key) || !Describe.isUnicode(value)) {
      throw new ModelException("metadata " + Describe.name(key) + " is not valid Unicode text");
    }
    metadata.put(key, value);
    return this;
  }

  /**
   * Adds a tensor whose bytes are those of the file: dense, row-major, little-endian.
   *
   * @param name the tensor's name
   * @param dtype the element type
   * @param data its bytes; they must stay unchanged until {@link #write}
   * @param shape extents; none for a scalar
   * @return this
   * @throws ModelException if the size does not follow from type and shape, or the name is taken
   */
  public SafetensorsWriter tensor(String name, FileDtype dtype, MemorySegment data, long... shape) {
    TensorInfo info = TensorInfo.of(name, dtype, shape);
    return add(new Source(info, data, Encoding.AS_IS), info.byteSize());
  }

  /**
   * Adds a tensor of binary32, rounded to the file's type as it is written.
   *
   * @param name the tensor's name
   * @param dtype F32, F16 or BF16
   * @param floats 4 bytes an element, dense, row-major; they must stay unchanged until {@link
   *     #write}
   * @param shape extents; none for a scalar
   * @return this
   * @throws ModelException if the size does not follow from the shape, the type is none of these,
   *     or the name is taken
   */
  public SafetensorsWriter floats(
      String name, FileDtype dtype, MemorySegment floats, long... shape) {
    if (dtype != FileDtype.F32 && dtype != FileDtype.F16 && dtype != FileDtype.BF16) {
      throw new ModelException(
          "tensor "
              + Describe.name(name)
              + ": floats are written as F32, F16 or BF16, not "
              + dtype);
    }
    TensorInfo info = TensorInfo.of(name, dtype, shape);
    return add(new Source(info, floats, Encoding.FLOATS), Float.BYTES * info.elements());
  }

  /**
   * Adds a tensor of signed 32-bit integers.
   *
   * @param name the tensor's name
   * @param dtype I32 or I64
   * @param ints 4 bytes an element, dense, row-major; they must stay unchanged until {@link #write}
   * @param shape extents; none for a scalar
   * @return this
   * @throws ModelException if the size does not follow from the shape, the type is none of these,
   *     or the name is taken
   */
  public SafetensorsWriter ints(String name, FileDtype dtype, MemorySegment ints, long... shape) {
    if (dtype != FileDtype.I32 && dtype != FileDtype.I64) {
      throw new ModelException(
          "tensor " + Describe.name(name) + ": integers are written as I32 or I64, not " + dtype);
    }
    TensorInfo info = TensorInfo.of(name, dtype, shape);
    return add(new Source(info, ints, Encoding.INTS), Integer.BYTES * info.elements());
  }

  private SafetensorsWriter add(Source source, long expectedBytes) {
    String name = source.info.name();
    if (source.memory.byteSize() != expectedBytes) {
      throw new ModelException(
          "tensor %s has %d bytes in memory, its shape asks for %d"
              .formatted(source.info, source.memory.byteSize(), expectedBytes));
    }
    if (name.equals(SafetensorsHeader.METADATA) || !Describe.isUnicode(name)) {
      throw new ModelException("a tensor cannot be called " + Describe.name(name) + "; rename it");
    }
    if (tensors.putIfAbsent(name, source) != null) {
      throw new ModelException("tensor " + Describe.name(name) + " was added twice; rename one");
    }
    return this;
  }

  /**
   * Writes the file.
   *
   * @param file the file to create or replace; its folder must exist
   * @throws ModelException if it cannot be written; an earlier file is then left as it was
   */
  public void write(Path file) {
    List<Source> order = new ArrayList<>(tensors.values());
    order.sort(
        Comparator.comparing((Source s) -> s.info.dtype()).reversed()); // stable: names stay sorted
    byte[] header = header(order);
    ByteBuffer start = ByteBuffer.allocate(Long.BYTES + header.length);
    start.order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).put(header).flip();
    AtomicFiles.write(
        file,
        channel -> {
          AtomicFiles.writeFully(channel, start);
          for (Source source : order) {
            writeData(channel, source);
          }
        });
  }

  private byte[] header(List<Source> order) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
      json.writeStartObject();
      if (!metadata.isEmpty()) {
        json.writeName(SafetensorsHeader.METADATA);
        json.writeStartObject();
        metadata.forEach(json::writeStringProperty);
        json.writeEndObject();
      }
      long offset = 0;
      for (Source source : order) {
        TensorInfo info = source.info;
        json.writeName(info.name());
        json.writeStartObject();
        json.writeStringProperty("dtype", info.dtype().name());
        json.writeName("shape");
        long[] shape = info.shape();
        json.writeArray(shape, 0, shape.length);
        json.writeName("data_offsets");
        json.writeArray(new long[] {offset, offset + info.byteSize()}, 0, 2);
        json.writeEndObject();
        offset = Math.addExact(offset, info.byteSize());
      }
      json.writeEndObject();
    }
    return padded(text.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] padded(byte[] header) {
    if (header.length > Safetensors.MAX_HEADER - ALIGNMENT) {
      throw new ModelException(
          "the header takes %d bytes, the format allows %d; write fewer tensors or shorter names"
              .formatted(header.length, Safetensors.MAX_HEADER));
    }
    byte[] padded = Arrays.copyOf(header, (header.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    Arrays.fill(padded, header.length, padded.length, (byte) ' ');
    return padded;
  }

  private static void writeData(FileChannel channel, Source source) throws IOException {
    for (long at = 0; at < source.memory.byteSize(); at += SLICE) {
      MemorySegment slice =
          source.memory.asSlice(at, Math.min(SLICE, source.memory.byteSize() - at));
      if (source.encoding == Encoding.AS_IS && slice.isNative()) {
        AtomicFiles.writeFully(channel, slice.asByteBuffer());
      } else {
        writeThroughBuffer(channel, source, slice);
      }
    }
  }

  private static void writeThroughBuffer(FileChannel channel, Source source, MemorySegment slice)
      throws IOException {
    FileDtype dtype = source.info.dtype();
    try (Arena arena = Arena.ofConfined()) {
      long bytes =
          source.encoding == Encoding.AS_IS
              ? slice.byteSize()
              : slice.byteSize() / Integer.BYTES * (dtype.bits() / 8);
      MemorySegment buffer = arena.allocate(bytes, ALIGNMENT);
      switch (source.encoding) {
        case AS_IS -> buffer.copyFrom(slice);
        case FLOATS -> Conversions.fromFloat32(slice, dtype, buffer);
        case INTS -> Conversions.fromInt32(slice, dtype, buffer);
      }
      AtomicFiles.writeFully(channel, buffer.asByteBuffer());
    }
  }
}
