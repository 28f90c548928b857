package dev.kernite.models.lora;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.JsonConfig;
import dev.kernite.models.checkpoint.RawTensor;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.checkpoint.TensorFiles;
import dev.kernite.models.checkpoint.TensorInfo;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An adapter in the layout of Hugging Face's PEFT: {@code adapter_config.json}, and {@code
 * adapter_model.safetensors} with {@code base_model.model.LAYER.lora_A.weight} [rank, in] and
 * {@code lora_B} [out, rank].
 *
 * @param layers by path
 */
public record LoraFiles(LoraConfig config, Map<String, LoraAdapter.Layer> layers) {
  /** File of the matrices. */
  public static final String WEIGHTS = "adapter_model.safetensors";

  /** File that says how they are to be used. */
  public static final String CONFIG = "adapter_config.json";

  private static final String PREFIX = "base_model.model.";

  /** A in front of B, of one layer after the other. */
  private static final Pattern NAME =
      Pattern.compile(Pattern.quote(PREFIX) + "(.+)\\.lora_([AB])\\.weight");

  static String down(String layer) {
    return PREFIX + layer + ".lora_A.weight";
  }

  static String up(String layer) {
    return PREFIX + layer + ".lora_B.weight";
  }

  static LoraFiles read(Engine engine, Path folder) {
    JsonConfig json = JsonConfig.read(folder.resolve(CONFIG));
    refuseWhatIsNotKnown(json);
    int rank = json.integer("r", 1, Integer.MAX_VALUE);
    Map<String, LoraAdapter.Layer> layers = layers(engine, folder.resolve(WEIGHTS), rank);
    LoraConfig config =
        new LoraConfig(
            rank,
            json.real("lora_alpha"),
            (float) json.real("lora_dropout", 0),
            List.copyOf(layers.keySet()),
            json.bool("use_rslora", false));
    return new LoraFiles(config, layers);
  }

  private static void refuseWhatIsNotKnown(JsonConfig json) {
    if (!json.string("peft_type").equals("LORA")) {
      throw json.invalid("peft_type", "is '" + json.string("peft_type") + "'; only LORA is known");
    }
    if (json.bool("use_dora", false)) {
      throw json.invalid("use_dora", "is true; only plain LoRA is known");
    }
    if (!json.string("bias", "none").equals("none")) {
      throw json.invalid("bias", "is '" + json.string("bias") + "'; only 'none' is known");
    }
    for (String key : List.of("rank_pattern", "alpha_pattern")) {
      if (json.has(key) && !json.object(key).keys().isEmpty()) {
        throw json.invalid(key, "is not empty; only one rank and alpha for all layers are known");
      }
    }
  }

  private static Map<String, LoraAdapter.Layer> layers(Engine engine, Path file, int rank) {
    Map<String, LoraAdapter.Layer> layers = new TreeMap<>();
    try (Safetensors tensors = Safetensors.open(file)) {
      for (TensorInfo info : tensors.tensors()) {
        Matcher name = NAME.matcher(info.name());
        if (!name.matches() || info.shape().length != 2) {
          throw new ModelException(
              file + ": tensor " + info + " is none of an adapter of linear layers");
        }
        boolean down = name.group(2).equals("A");
        String layer = name.group(1);
        String twin = down ? up(layer) : down(layer);
        if (!tensors.contains(twin) || info.shape()[down ? 0 : 1] != rank) {
          throw new ModelException(
              "%s: tensor %s needs a twin '%s', and %d, as the configuration says, for a rank"
                  .formatted(file, info, twin, rank));
        }
        layers.put(layer, null);
      }
      layers.replaceAll(
          (layer, _) ->
              new LoraAdapter.Layer(
                  matrix(engine, tensors.tensor(down(layer))),
                  matrix(engine, tensors.tensor(up(layer)))));
    }
    if (layers.isEmpty()) {
      throw new ModelException(file + ": holds no tensors");
    }
    return layers;
  }

  private static Tensor matrix(Engine engine, RawTensor raw) {
    return TensorFiles.floats(engine, raw).disown();
  }

  /**
   * What {@code adapter_config.json} says of an adapter.
   *
   * @param base the name or folder of the model
   * @param task in PEFT's words: {@code CAUSAL_LM}, {@code SEQ_2_SEQ_LM}
   */
  public static Map<String, Object> describe(LoraAdapter adapter, String base, String task) {
    LoraConfig config = adapter.config();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("base_model_name_or_path", base);
    json.put("bias", "none");
    json.put("fan_in_fan_out", adapter.isOfConv1d());
    json.put("inference_mode", true);
    json.put("init_lora_weights", true);
    json.put("lora_alpha", config.alpha());
    json.put("lora_dropout", config.dropout());
    json.put("peft_type", "LORA");
    json.put("r", config.rank());
    json.put("target_modules", config.targets());
    json.put("task_type", task);
    json.put("use_rslora", config.stabilised());
    return json;
  }
}
