package dev.kernite.models.checkpoint;

import dev.kernite.models.ModelException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.TreeSet;

/**
 * {@code model.safetensors.index.json}: which shard holds which tensor.
 *
 * @param file the index
 * @param weightMap tensor name to shard file name
 */
record ShardIndex(Path file, Map<String, String> weightMap) {
  /**
   * Reads an index.
   *
   * @param file the index
   * @throws ModelException if it is not an index, or a shard lies outside the index's folder
   */
  static ShardIndex read(Path file) {
    JsonConfig index = JsonConfig.read(file);
    if (!index.has("weight_map")) {
      throw index.invalid("weight_map", "is missing; this is not an index of shards");
    }
    Map<String, String> weightMap = index.stringMap("weight_map");
    weightMap.forEach((tensor, shard) -> requireFileName(file, tensor, shard));
    return new ShardIndex(file, weightMap);
  }

  /** The shards, sorted by name. */
  Collection<String> shards() {
    return new TreeSet<>(weightMap.values());
  }

  /** An index must not lead a reader to files elsewhere on the machine. */
  private static void requireFileName(Path file, String tensor, String shard) {
    boolean plain =
        !shard.isBlank()
            && !shard.equals(".")
            && !shard.equals("..")
            && shard.chars().noneMatch(c -> c == '/' || c == '\\' || c == ':' || c == 0);
    if (!plain) {
      throw new ModelException(
          "%s: tensor %s is placed in %s; a shard must be a file beside the index, without a path"
              .formatted(file, Describe.name(tensor), Describe.name(shard)));
    }
  }
}
