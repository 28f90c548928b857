package dev.kernite.models.gan;

import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.JsonConfig;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.sequential.Layer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A GAN and how it is trained.
 *
 * @param generator from noise to images
 * @param discriminator from images to one number each; ends in a sigmoid if the loss asks for one
 * @param loss what both minimise
 * @param recipe how they are trained
 * @param condition what they are given beside noise and images
 */
public record GanConfig(
    List<Layer> generator,
    List<Layer> discriminator,
    GanLoss loss,
    GanRecipe recipe,
    Condition condition) {

  /** The configurations that come with Kernite, by name. */
  public static final Set<String> PRESETS =
      Set.of("mlp", "mlp-logits", "mlp-norm", "keras", "dcgan", "cgan", "cgan-small", "srgan");

  /** Slope of the rectifiers in discriminators that are given by their sizes alone. */
  static final double SLOPE = 0.2;

  static final String GENERATOR = "generator";
  static final String DISCRIMINATOR = "discriminator";

  /** Checks what can be checked without data. */
  public GanConfig {
    generator = List.copyOf(generator);
    discriminator = List.copyOf(discriminator);
    if (generator.isEmpty() || discriminator.isEmpty()) {
      throw new ModelException("generator and discriminator need at least one layer each");
    }
    boolean sigmoid = discriminator.getLast() instanceof Layer.Sigmoid;
    if (sigmoid != (loss == GanLoss.BCE)) {
      throw new ModelException(
          "%s takes %s: the discriminator must%s end in Sigmoid()"
              .formatted(
                  loss,
                  loss == GanLoss.BCE ? "probabilities" : "logits",
                  loss == GanLoss.BCE ? "" : " not"));
    }
    if (!(condition instanceof Condition.None) && !recipe.reuseFakes()) {
      throw new ModelException(
          "conditioned networks learn from the images made for the step's real ones; set"
              + " reuse_fakes to true");
    }
  }

  /** A GAN that makes images of noise alone. */
  public GanConfig(
      List<Layer> generator, List<Layer> discriminator, GanLoss loss, GanRecipe recipe) {
    this(generator, discriminator, loss, recipe, new Condition.None());
  }

  /**
   * A configuration that comes with Kernite.
   *
   * @throws ModelException if there is none of this name
   */
  public static GanConfig preset(String name) {
    if (!PRESETS.contains(name)) {
      throw new ModelException(
          "preset '" + name + "' is none of " + PRESETS.stream().sorted().toList());
    }
    try (InputStream in = GanConfig.class.getResourceAsStream(name + ".json")) {
      return of(JsonConfig.of(Path.of(name + ".json"), in.readAllBytes()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads a configuration. A network is a list of layers, such as {@code "Linear(100, 256)"}; the
   * text that PyTorch prints for a {@code Sequential}; or a list of sizes, which stands for linear
   * layers with ReLU between and Tanh behind them in the generator, LeakyReLU(0.2) and, unless the
   * loss takes logits, Sigmoid in the discriminator.
   *
   * @throws ModelException if a value is missing or makes no sense; the message names file and key
   */
  public static GanConfig of(JsonConfig json) {
    try {
      GanLoss loss = GanLoss.of(json.string("loss", "BCELoss"));
      return new GanConfig(
          Layer.listOf(json.texts(GENERATOR), new Layer.Relu(), new Layer.Tanh()),
          Layer.listOf(
              json.texts(DISCRIMINATOR),
              new Layer.LeakyRelu(SLOPE),
              loss == GanLoss.BCE ? new Layer.Sigmoid() : null),
          loss,
          GanRecipe.of(json),
          Condition.of(json));
    } catch (ModelException e) {
      String file = json.file().toString();
      throw e.getMessage().startsWith(file)
          ? e
          : new ModelException(file + ": " + e.getMessage(), e);
    }
  }

  /**
   * The networks that a file of weights tells by its tensors' names and shapes, trained as the
   * presets {@code mlp} or, if they convolve, {@code dcgan}. Between layers with weights are ReLU
   * in the generator and LeakyReLU(0.2) in the discriminator, behind them Tanh, and Sigmoid unless
   * the loss takes logits; strides and paddings follow from the images' size. Slopes, norms'
   * constants, dropout and other activations cannot be told so and need a configuration.
   *
   * @param weights {@code generator.N.weight} and so on
   * @param image the shape of one image of the data
   * @param loss null for BCELoss or, if the networks convolve, BCEWithLogitsLoss
   * @throws ModelException if names and shapes tell no networks
   */
  public static GanConfig infer(Safetensors weights, long[] image, GanLoss loss) {
    return InferredLayers.config(
        weights, image, loss, preset("mlp").recipe(), preset("dcgan").recipe());
  }

  /** The same with another loss; the discriminator gets or loses its sigmoid. */
  public GanConfig withLoss(GanLoss other) {
    List<Layer> layers = new ArrayList<>(discriminator);
    boolean sigmoid = layers.getLast() instanceof Layer.Sigmoid;
    if (sigmoid && other == GanLoss.BCE_WITH_LOGITS) {
      layers.removeLast();
    } else if (!sigmoid && other == GanLoss.BCE) {
      layers.add(new Layer.Sigmoid());
    }
    return new GanConfig(generator, layers, other, recipe, condition);
  }

  /** The same networks, trained another way. */
  public GanConfig with(GanRecipe other) {
    return new GanConfig(generator, discriminator, loss, other, condition);
  }

  /** The same networks under another condition, which must fit their shapes. */
  public GanConfig with(Condition other) {
    return new GanConfig(generator, discriminator, loss, recipe, other);
  }

  /** The configuration as {@link #of} reads it. */
  public String text() {
    return JsonConfig.text(json());
  }

  /** What a resumed run must repeat, by key: all but its length. */
  Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    json().forEach((key, value) -> settings.put(key, String.valueOf(value)));
    settings.keySet().removeAll(GanRecipe.Duration.KEYS);
    return settings;
  }

  private Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put(GENERATOR, generator.stream().map(Layer::toString).toList());
    json.put(DISCRIMINATOR, discriminator.stream().map(Layer::toString).toList());
    if (!(condition instanceof Condition.None)) {
      json.put(Condition.KEY, condition.json());
    }
    json.put("loss", loss.toString());
    json.putAll(recipe.json());
    return json;
  }
}
