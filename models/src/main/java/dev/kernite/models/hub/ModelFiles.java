package dev.kernite.models.hub;

import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.Checkpoint;
import dev.kernite.models.checkpoint.CompanionFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which files of a repository are fetched: those that the loaders read, by their names, and nothing
 * else. A name that a repository lists is compared and never used as a path, so it cannot lead out
 * of the cache; and no pickle ({@code .bin}, {@code .pt}, {@code .h5} ...) ever comes here, which
 * could run code when it is read.
 */
final class ModelFiles {
  private static final String INDEX_END = ".index.json";

  private ModelFiles() {}

  /** Everything but the weights; with the index, if they are in shards. */
  static List<String> small(Collection<String> listed) {
    Stream<String> index = weights(listed).filter(ModelFiles::isIndex).stream();
    return Stream.concat(CompanionFiles.NAMES.stream().filter(listed::contains), index).toList();
  }

  /** The file with the weights, or their index; the first that {@link Checkpoint#open} takes. */
  static Optional<String> weights(Collection<String> listed) {
    return Checkpoint.FILE_NAMES.stream().filter(listed::contains).findFirst();
  }

  static boolean isIndex(String name) {
    return name.endsWith(INDEX_END);
  }

  /**
   * The shards that an index lists.
   *
   * @throws ModelException if one is not a safetensors file beside the index
   */
  static List<String> shards(Path index) {
    List<String> shards = List.copyOf(Checkpoint.shards(index));
    for (String shard : shards) {
      if (!shard.matches("[A-Za-z0-9_-][A-Za-z0-9._-]*\\.safetensors")) {
        throw new ModelException(index + ": lists shards that are not safetensors files");
      }
    }
    return shards;
  }

  /** What a snapshot lacks that no model can do without; empty if it is whole. */
  static Optional<String> missing(Path snapshot) {
    if (!Files.exists(snapshot.resolve(CompanionFiles.CONFIG))) {
      return Optional.of(CompanionFiles.CONFIG);
    }
    Optional<String> weights =
        Checkpoint.FILE_NAMES.stream()
            .filter(name -> Files.exists(snapshot.resolve(name)))
            .findFirst();
    if (weights.isEmpty()) {
      return Optional.of("weights (" + String.join(", ", Checkpoint.FILE_NAMES) + ")");
    }
    return weights
        .filter(ModelFiles::isIndex)
        .flatMap(
            index ->
                shards(snapshot.resolve(index)).stream()
                    .filter(shard -> !Files.exists(snapshot.resolve(shard)))
                    .findFirst());
  }

  /** Why a repository has no weights that could be read. */
  static String unreadable(ModelId id, Collection<String> listed) {
    List<String> other =
        listed.stream()
            .filter(
                name -> name.matches("[A-Za-z0-9._/-]+\\.(bin|pt|pth|ckpt|pkl|h5|msgpack|gguf)"))
            .sorted()
            .limit(4)
            .toList();
    return other.isEmpty()
        ? "%s: has no weights; looked for %s"
            .formatted(id, String.join(", ", Checkpoint.FILE_NAMES))
        : "%s: has its weights only as %s, and Kernite reads safetensors and ONNX only (a pickle can"
                .formatted(id, String.join(", ", other))
            + " run code when it is read); https://huggingface.co/spaces/safetensors/convert makes a"
            + " pull request with safetensors, which %s@refs/pr/NUMBER names"
                .formatted(id.repository());
  }
}
