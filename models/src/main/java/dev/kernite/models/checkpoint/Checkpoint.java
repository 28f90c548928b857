package dev.kernite.models.checkpoint;

import dev.kernite.models.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The weights of a model: one safetensors or ONNX file, or the shards an index lists, as one map
 * from tensor name to tensor. Files are mapped, not read; tensors are valid until the checkpoint is
 * closed.
 */
public final class Checkpoint implements AutoCloseable {
  private static final String SINGLE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";

  /** What a folder is looked through for; the first counts. */
  public static final List<String> FILE_NAMES =
      List.of(SINGLE, INDEX, "model.onnx", "onnx/model.onnx");

  private final Path path;
  private final List<WeightFile> files;
  private final SequencedMap<String, WeightFile> homes; // of the tensors, by name

  private Checkpoint(Path path, List<WeightFile> files, SequencedMap<String, WeightFile> homes) {
    this.path = path;
    this.files = files;
    this.homes = homes;
  }

  /**
   * Opens a checkpoint.
   *
   * @param path a safetensors or {@code .onnx} file; or a folder in Hugging Face layout, with
   *     {@code model.safetensors}, or in its absence {@code model.safetensors.index.json} and the
   *     shards it lists, or {@code model.onnx}, or {@code onnx/model.onnx}
   * @return the open checkpoint
   * @throws ModelException if nothing is found, a file breaks a rule of its format, or index and
   *     shards disagree
   */
  public static Checkpoint open(Path path) {
    if (!Files.isDirectory(path)) {
      return path.getFileName().toString().endsWith(".index.json")
          ? openShards(path, path)
          : openAll(path, List.of(path));
    }
    String found =
        FILE_NAMES.stream()
            .filter(name -> Files.exists(path.resolve(name)))
            .findFirst()
            .orElseThrow(
                () ->
                    new ModelException(
                        "%s: no weights found; looked for %s%s"
                            .formatted(path, String.join(", ", FILE_NAMES), hint(path))));
    Path file = path.resolve(found);
    return found.equals(INDEX) ? openShards(path, file) : openAll(path, List.of(file));
  }

  /**
   * Whether a folder has weights that {@link #open} would take.
   *
   * @param folder a folder
   * @return true if it has
   */
  public static boolean isIn(Path folder) {
    return FILE_NAMES.stream().anyMatch(name -> Files.exists(folder.resolve(name)));
  }

  /**
   * The shards that an index lists.
   *
   * @param index a file such as {@code model.safetensors.index.json}
   * @return plain file names, sorted
   * @throws ModelException if it is not an index, or a shard lies outside the index's folder
   */
  public static Collection<String> shards(Path index) {
    return ShardIndex.read(index).shards();
  }

  /** What lies in the folder instead, when it is something a user can act on. */
  private static String hint(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      List<String> other =
          entries
              .map(entry -> entry.getFileName().toString())
              .filter(name -> name.matches(".*\\.(safetensors|onnx|bin|pt|pth|h5|msgpack|gguf)"))
              .sorted()
              .toList();
      return other.isEmpty()
          ? ""
          : "; there is "
              + Describe.names(other)
              + ": give a .safetensors or .onnx file by its path, convert other formats first";
    } catch (IOException e) {
      return "";
    }
  }

  private static Checkpoint openShards(Path path, Path indexFile) {
    ShardIndex index = ShardIndex.read(indexFile);
    List<Path> shards = new ArrayList<>();
    for (String shard : index.shards()) {
      Path file = indexFile.resolveSibling(shard);
      if (!Files.exists(file)) {
        throw new ModelException(
            "%s: shard %s is missing; download it into %s"
                .formatted(indexFile, Describe.name(shard), path));
      }
      shards.add(file);
    }
    Checkpoint checkpoint = openAll(path, shards);
    try {
      checkpoint.requireAsIn(index);
    } catch (ModelException e) {
      checkpoint.close();
      throw e;
    }
    return checkpoint;
  }

  private static Checkpoint openAll(Path path, List<Path> paths) {
    List<WeightFile> files = new ArrayList<>();
    SequencedMap<String, WeightFile> homes = new LinkedHashMap<>();
    Checkpoint checkpoint = new Checkpoint(path, files, homes);
    try {
      for (Path file : paths) {
        WeightFile open = WeightFile.open(file);
        files.add(open);
        for (TensorInfo info : open.tensors()) {
          WeightFile twin = homes.put(info.name(), open);
          if (twin != null) {
            throw new ModelException(
                "%s: tensor %s: is also in %s; remove one, or download the shards again"
                    .formatted(file, Describe.name(info.name()), twin.file()));
          }
        }
      }
      return checkpoint;
    } catch (RuntimeException | Error e) {
      checkpoint.close();
      throw e;
    }
  }

  private void requireAsIn(ShardIndex index) {
    index
        .weightMap()
        .forEach(
            (name, shard) -> {
              WeightFile home = homes.get(name);
              if (home == null || !home.file().getFileName().toString().equals(shard)) {
                throw new ModelException(
                    "%s: tensor %s should be in shard %s but is %s; they are not of one model"
                        .formatted(
                            index.file(),
                            Describe.name(name),
                            Describe.name(shard),
                            home == null ? "in none" : "in " + home.file().getFileName()));
              }
            });
  }

  /**
   * Where this was opened.
   *
   * @return the path given to {@link #open}
   */
  public Path path() {
    return path;
  }

  /**
   * The files the tensors lie in.
   *
   * @return one path, or those of the shards in order of their names
   */
  public List<Path> files() {
    return files.stream().map(WeightFile::file).toList();
  }

  /**
   * The strings stored beside the tensors, of all files.
   *
   * @return key to value; where shards disagree, the last one's
   */
  public Map<String, String> metadata() {
    Map<String, String> all = new HashMap<>();
    files.forEach(file -> all.putAll(file.metadata()));
    return all;
  }

  /**
   * The names of all tensors, in file order.
   *
   * @return an unmodifiable view
   */
  public Set<String> names() {
    return Collections.unmodifiableSet(homes.keySet());
  }

  /**
   * Descriptions of all tensors, in file order.
   *
   * @return the descriptions
   */
  public List<TensorInfo> tensors() {
    return files.stream().flatMap(file -> file.tensors().stream()).toList();
  }

  /**
   * Whether there is a tensor of this name.
   *
   * @param name the name
   * @return true if there is
   */
  public boolean contains(String name) {
    return homes.containsKey(name);
  }

  /**
   * One tensor, row-major; copied only where its file holds its transpose.
   *
   * @param name the tensor's name
   * @return its description and its bytes; they must not be touched after {@link #close}
   * @throws ModelException if there is no such tensor, or the checkpoint is closed
   */
  public RawTensor tensor(String name) {
    return home(name).tensor(name);
  }

  /**
   * One tensor as it lies in its file, never copied.
   *
   * @param name the tensor's name
   * @return the tensor, or its transpose
   * @throws ModelException if there is no such tensor, or the checkpoint is closed
   */
  public StoredTensor stored(String name) {
    return home(name).stored(name);
  }

  private WeightFile home(String name) {
    WeightFile home = homes.get(name);
    if (home == null) {
      throw new ModelException(
          "%s: no tensor %s; there is %s"
              .formatted(path, Describe.name(name), Describe.names(homes.sequencedKeySet())));
    }
    return home;
  }

  /**
   * The size of all tensors in their files.
   *
   * @return bytes
   */
  public long byteSize() {
    return tensors().stream().mapToLong(TensorInfo::byteSize).sum();
  }

  /** Unmaps all files; their tensors must no longer be touched. Closing again does nothing. */
  @Override
  public void close() {
    files.forEach(WeightFile::close);
  }
}
