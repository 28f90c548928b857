package dev.kernite.models.checkpoint;

import dev.kernite.models.ModelException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The weights in an ONNX file, under the names and in the shapes of the parameters they were
 * exported from; the graph is not run. On opening, messages are walked and values passed over.
 * Matrices of linear layers lie in the file as [in, out] and are handed out as [out, in]: {@link
 * #tensor} turns one over when it is asked for, {@link #stored} leaves that to its caller.
 */
public final class OnnxFile implements WeightFile {
  private final Path file;
  private final Arena arena;
  private final Map<String, String> metadata;
  private final SequencedMap<String, StoredTensor> tensors;
  private final Map<String, RawTensor> turned = new ConcurrentHashMap<>();

  private OnnxFile(
      Path file,
      Arena arena,
      Map<String, String> metadata,
      SequencedMap<String, StoredTensor> tensors) {
    this.file = file;
    this.arena = arena;
    this.metadata = metadata;
    this.tensors = tensors;
  }

  /**
   * Maps a file and finds its weights.
   *
   * @param file an ONNX file, at most 2 GiB, with all weights in it
   * @return the open file
   * @throws ModelException if the file cannot be read, breaks a rule of the format, or has weights
   *     elsewhere or of types that cannot be read
   */
  public static OnnxFile open(Path file) {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new ModelException(file + ": is not a file");
    }
    Arena arena = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long bytes = channel.size();
      if (bytes > Integer.MAX_VALUE) {
        throw new ModelException(
            "%s: has %d bytes; an ONNX file has at most %d, this is none"
                .formatted(file, bytes, Integer.MAX_VALUE));
      }
      MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, bytes, arena);
      OnnxGraph graph = OnnxGraph.read(file, mapped, arena);
      return new OnnxFile(
          file, arena, Collections.unmodifiableMap(graph.metadata()), OnnxNames.of(graph));
    } catch (NoSuchFileException e) {
      arena.close();
      throw new ModelException(file + ": no such file; check the path", e);
    } catch (IOException e) {
      arena.close();
      throw new ModelException(
          "%s: cannot be read (%s); check the path and its permissions"
              .formatted(file, FileErrors.reason(e)),
          e);
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  @Override
  public Path file() {
    return file;
  }

  @Override
  public Map<String, String> metadata() {
    return metadata;
  }

  /** Those that the file has a name for, then the matrices of linear layers. */
  @Override
  public List<TensorInfo> tensors() {
    List<TensorInfo> infos = new ArrayList<>(tensors.size());
    tensors.values().forEach(tensor -> infos.add(info(tensor)));
    return infos;
  }

  private static TensorInfo info(StoredTensor tensor) {
    TensorInfo lies = tensor.raw().info();
    return tensor.transposed() ? TensorInfo.of(lies.name(), lies.dtype(), tensor.shape()) : lies;
  }

  @Override
  public boolean contains(String name) {
    return tensors.containsKey(name);
  }

  @Override
  public RawTensor tensor(String name) {
    StoredTensor tensor = stored(name);
    return tensor.transposed() ? turned.computeIfAbsent(name, _ -> turn(tensor)) : tensor.raw();
  }

  private RawTensor turn(StoredTensor tensor) {
    TensorInfo info = info(tensor);
    MemorySegment data = arena.allocate(info.byteSize(), Long.BYTES);
    long[] lies = tensor.raw().info().shape();
    int width = info.dtype().bits() / 8;
    Transposition.transpose(tensor.raw().data(), lies[0], lies[1], width, data);
    return new RawTensor(file, info, data.asReadOnly());
  }

  @Override
  public StoredTensor stored(String name) {
    StoredTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new ModelException(
          "%s: no tensor %s; it holds %s"
              .formatted(file, Describe.name(name), Describe.names(tensors.sequencedKeySet())));
    }
    tensor.raw().requireOpen();
    return tensor;
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
