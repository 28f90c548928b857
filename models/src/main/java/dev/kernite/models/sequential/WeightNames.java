package dev.kernite.models.sequential;

import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.checkpoint.TensorInfo;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the names in a file of weights tell about one network.
 *
 * @param prefix what stands before the layers' numbers: {@code generator.} or {@code
 *     generator.main.}
 * @param layers the shapes of each layer's tensors, by the layer's number and their own names
 */
public record WeightNames(String prefix, SortedMap<Integer, Map<String, long[]>> layers) {

  /**
   * Reads the names.
   *
   * @param network {@code generator} or {@code discriminator}
   * @throws ModelException if the file has no such network, or more than one
   */
  public static WeightNames of(Safetensors file, String network) {
    Pattern pattern =
        Pattern.compile("(" + network + "\\.(?:[A-Za-z_]\\w*\\.)*)(\\d{1,6})\\.(\\w+)");
    Set<String> prefixes = new LinkedHashSet<>();
    SortedMap<Integer, Map<String, long[]>> layers = new TreeMap<>();
    for (TensorInfo info : file.tensors()) {
      Matcher name = pattern.matcher(info.name());
      if (name.matches()) {
        prefixes.add(name.group(1));
        layers
            .computeIfAbsent(Integer.parseInt(name.group(2)), _ -> new HashMap<>())
            .put(name.group(3), info.shape());
      }
    }
    if (prefixes.size() != 1) {
      throw new ModelException(
          "%s: needs the weights of one network '%s.N.weight' (N numbers the layers), has %s"
              .formatted(file.file(), network, prefixes.isEmpty() ? "none" : prefixes));
    }
    return new WeightNames(prefixes.iterator().next(), layers);
  }
}
