package dev.kernite.models.checkpoint;

import dev.kernite.models.ModelException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * A safetensors file, mapped into memory and checked against every rule of the format before any
 * tensor is handed out:
 *
 * <pre>
 * | header length N: u64 | JSON header: N bytes, '{' first, spaces last | tensor data, no holes |
 * </pre>
 *
 * <p>Files and tensors may be larger than 2 GiB. Nothing but the header is read on opening; pages
 * of data come in when they are touched. The file must not be cut short while it is open: touching
 * a page that is gone ends in an {@link InternalError} of the JVM. Reading is safe from many
 * threads.
 */
public final class Safetensors implements WeightFile {
  private static final int LENGTH_BYTES = Long.BYTES;

  /** The reference implementation's limit, in bytes. */
  static final long MAX_HEADER = 100_000_000;

  private final Path file;
  private final Arena arena;
  private final Map<String, String> metadata;
  private final SequencedMap<String, RawTensor> tensors;

  private Safetensors(
      Path file,
      Arena arena,
      Map<String, String> metadata,
      SequencedMap<String, RawTensor> tensors) {
    this.file = file;
    this.arena = arena;
    this.metadata = metadata;
    this.tensors = tensors;
  }

  /**
   * Maps a file and checks its header.
   *
   * @param file a safetensors file
   * @return the open file
   * @throws ModelException if the file cannot be read or breaks a rule of the format
   */
  public static Safetensors open(Path file) {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      String kind = Files.isDirectory(file) ? "folder" : "device";
      throw new ModelException(file + ": is a " + kind + ", not a safetensors file");
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return open(file, channel);
    } catch (NoSuchFileException e) {
      throw new ModelException(file + ": no such file; check the path", e);
    } catch (IOException e) {
      throw new ModelException(
          "%s: cannot be read (%s); check the path and its permissions"
              .formatted(file, FileErrors.reason(e)),
          e);
    }
  }

  /** Reads and checks the header first: a file that breaks a rule is never mapped. */
  private static Safetensors open(Path file, FileChannel channel) throws IOException {
    long fileBytes = channel.size();
    long headerBytes = headerBytes(file, channel, fileBytes);
    long dataBytes = fileBytes - LENGTH_BYTES - headerBytes;
    SafetensorsHeader header =
        SafetensorsHeader.parse(
            file.toString(), read(file, channel, LENGTH_BYTES, (int) headerBytes), dataBytes);
    Arena arena = Arena.ofShared();
    try {
      MemorySegment data =
          channel
              .map(FileChannel.MapMode.READ_ONLY, 0, fileBytes, arena)
              .asSlice(LENGTH_BYTES + headerBytes);
      SequencedMap<String, RawTensor> tensors =
          LinkedHashMap.newLinkedHashMap(header.entries().size());
      for (SafetensorsHeader.Entry entry : header.entries()) {
        TensorInfo info = entry.info();
        tensors.put(
            info.name(), new RawTensor(file, info, data.asSlice(entry.begin(), info.byteSize())));
      }
      return new Safetensors(file, arena, Collections.unmodifiableMap(header.metadata()), tensors);
    } catch (IOException | RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  private static long headerBytes(Path file, FileChannel channel, long fileBytes)
      throws IOException {
    if (fileBytes < LENGTH_BYTES) {
      throw new ModelException(
          "%s: has %d bytes, a safetensors file at least %d; it is cut short, or something else"
              .formatted(file, fileBytes, LENGTH_BYTES + 2));
    }
    long headerBytes =
        read(file, channel, 0, LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (headerBytes < 0 || headerBytes > MAX_HEADER) {
      throw new ModelException(
          "%s: announces a header of %s bytes, the format allows %d; this is not a safetensors file"
              .formatted(file, Long.toUnsignedString(headerBytes), MAX_HEADER));
    }
    long rest = fileBytes - LENGTH_BYTES;
    if (headerBytes > rest) {
      throw new ModelException(
          "%s: announces a header of %d bytes, but %d follow; it is cut short: download it again"
              .formatted(file, headerBytes, rest));
    }
    return headerBytes;
  }

  private static ByteBuffer read(Path file, FileChannel channel, long offset, int count)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, offset + bytes.position()) < 0) {
        throw new ModelException(file + ": was cut short while it was read; try again");
      }
    }
    return bytes.flip();
  }

  @Override
  public Path file() {
    return file;
  }

  @Override
  public Map<String, String> metadata() {
    return metadata;
  }

  /** The tensors in the order of their data in the file. */
  @Override
  public List<TensorInfo> tensors() {
    List<TensorInfo> infos = new ArrayList<>(tensors.size());
    tensors.values().forEach(tensor -> infos.add(tensor.info()));
    return infos;
  }

  @Override
  public boolean contains(String name) {
    return tensors.containsKey(name);
  }

  @Override
  public RawTensor tensor(String name) {
    RawTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new ModelException(
          "%s: no tensor %s; it holds %s"
              .formatted(file, Describe.name(name), Describe.names(tensors.sequencedKeySet())));
    }
    return tensor.requireOpen();
  }

  /** Safetensors files hold every matrix as it is. */
  @Override
  public StoredTensor stored(String name) {
    return new StoredTensor(tensor(name), false);
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
